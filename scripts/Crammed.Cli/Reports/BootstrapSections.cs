using System.Globalization;
using System.Text;
using Crammed.Benchmarks.Bootstrapping;

namespace Crammed.Cli.Reports;

/// <summary>One measured configuration in detail, as sections of a report.</summary>
internal static class BootstrapSections
{
    /// <summary>Heading, security, time, precision, probability of failure, preparation.</summary>
    public static string Write(BootstrapMeasurement measured)
    {
        var plan = measured.Plan;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"## {plan.ParameterSet}, {Slots(plan)}\n\n{plan.Security}.\n\n");
        text.Append("### Time\n\n").Append(PartTable(measured)).Append('\n').Append(TimeText(measured)).Append("\n\n");
        text.Append("### Precision\n\n").Append(PrecisionTable(measured)).Append('\n').Append(PrecisionText(measured)).Append("\n\n");
        text.Append(PartPrecisionTable(measured)).Append('\n').Append(CoefficientText(plan)).Append("\n\n");
        foreach (var (file, plot) in BootstrapPlot.Of(measured))
            text.Append(CultureInfo.InvariantCulture, $"![{plot.Title}]({file})\n\n");
        text.Append("### Probability of failure\n\n").Append(FailureText(plan)).Append("\n\n");
        text.Append("### Preparation\n\n").Append(PreparationText(measured)).Append('\n');
        return text.ToString();
    }

    private static string Slots(BootstrapPlanFacts plan) => plan.Slots == plan.SlotCount
        ? $"all {NumberText.Count(plan.Slots)} slots"
        : $"{NumberText.Count(plan.Slots)} of {NumberText.Count(plan.SlotCount)} slots";

    private static string PartTable(BootstrapMeasurement measured)
    {
        var table = new MarkdownTable("part of the fastest bootstrap", "time>", "share>", "NTTs>");
        double total = measured.Fastest.Seconds;
        foreach (var part in measured.Fastest.Parts)
        {
            table.AddRow(
                part.Name, NumberText.Seconds(part.Seconds), (part.Seconds / total).ToString("P0", CultureInfo.InvariantCulture),
                NumberText.Count(part.Seconds / measured.HotTransformSeconds));
        }
        table.AddRow("all", NumberText.Seconds(total), "", NumberText.Count(measured.InTransforms));
        return table.ToString();
    }

    private static string TimeText(BootstrapMeasurement measured)
    {
        string threads = measured.Threads == 1 ? "one thread" : $"{measured.Threads} threads";
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{measured.Times.Count} bootstraps on {threads}: the fastest took {NumberText.Seconds(measured.Fastest.Seconds)}, the median "
            + $"{NumberText.Seconds(measured.MedianSeconds)}, the first, which fills the pool of memory, {NumberText.Seconds(measured.Times[0].Seconds)}. "
            + $"One hot NTT of one limb: {measured.HotTransformSeconds * 1e6:F1} µs.");
        return measured.Batch is not { } batch ? text : text + string.Create(
            CultureInfo.InvariantCulture,
            $" A batch of {batch.Count} ciphertexts took {NumberText.Seconds(batch.Seconds)}, one alone {NumberText.Seconds(batch.SingleSeconds)}: one "
            + $"more costs {NumberText.Seconds(batch.MarginalSeconds)}, {batch.MarginalShare:F2} times the first.");
    }

    private static string PrecisionTable(BootstrapMeasurement measured)
    {
        var table = new MarkdownTable(
            "message", "rms>", "median>", "99 %>", "99.99 %>", "worst>", "bias>", "excess kurtosis>");
        foreach (var message in measured.Precision)
        {
            var errors = message.Slots;
            table.AddRow(
                BootstrapPlot.NameOf(message), Bits(errors.Rms), Bits(errors.Median), Bits(errors.Quantile99), Bits(errors.Quantile9999), Bits(errors.Largest),
                $"{NumberText.Magnitude(errors.Mean)} ± {NumberText.Magnitude(errors.MeanStandardError)}", NumberText.Signed(errors.ExcessKurtosis));
        }
        return table.ToString();
    }

    private static string PrecisionText(BootstrapMeasurement measured) => string.Create(
        CultureInfo.InvariantCulture,
        $"-log2 of |error|, relative to the range |real|, |imaginary| <= {measured.Plan.Range:G6}: root mean square, median, what 99 % and 99.99 % do not "
        + $"pass, the largest; over real and imaginary parts of all {NumberText.Count(measured.Plan.SlotCount)} slots, "
        + $"{NumberText.Count(measured.Precision[0].Slots.Count)} values of {Repetitions(measured)} encryptions for each message. Bias: the mean error, with its "
        + $"standard error for independent errors. Excess kurtosis: 0 for a normal distribution, 3 for Laplace's.");

    private static int Repetitions(BootstrapMeasurement measured) => measured.Precision[0].Slots.Count / (2 * measured.Plan.SlotCount);

    private static string PartPrecisionTable(BootstrapMeasurement measured)
    {
        var table = new MarkdownTable(
            "message", "real rms>", "real worst>", "imaginary rms>", "imaginary worst>", "coefficients rms>", "99.99 %>", "worst>", "excess kurtosis>");
        foreach (var message in measured.Precision)
        {
            table.AddRow(
                BootstrapPlot.NameOf(message), Bits(message.Real.Rms), Bits(message.Real.Largest), Bits(message.Imaginary.Rms), Bits(message.Imaginary.Largest),
                Bits(message.Coefficients.Rms), Bits(message.Coefficients.Quantile9999), Bits(message.Coefficients.Largest),
                NumberText.Signed(message.Coefficients.ExcessKurtosis));
        }
        return table.ToString();
    }

    private static string CoefficientText(BootstrapPlanFacts plan) => string.Create(
        CultureInfo.InvariantCulture,
        $"Coefficients: of the decoded error over the scale, where a root mean square has {(plan.LogN - 1) / 2.0:F1} bits more than in slots, log2 of sqrt(N/2).");

    /// <summary>Stated with the numbers of this plan, and only where they prove it.</summary>
    private static string FailureText(BootstrapPlanFacts plan)
    {
        string bound = string.Create(
            CultureInfo.InvariantCulture,
            $"Raising the modulus adds q_0 I to the message, with the integer I nearest to (c_0 + c_1 s)/q_0 in each coefficient. Under an ephemeral secret s "
            + $"of Hamming weight h = {plan.EphemeralWeight} that is a sum of h + 1 residues of at most q_0/2 in size, so that |I| < (h + 2)/2: {plan.RaisedIntegerBound} at most. ");
        string result = plan.LargestInteger >= plan.RaisedIntegerBound
            ? "EvalMod holds for all |I| <= K = {0}: it never fails, P[|I| > K] = 0"
            : "EvalMod holds for |I| <= K = {0} only: it can fail, and the probability P[|I| > K] is not bounded here";
        string range = string.Create(
            CultureInfo.InvariantCulture,
            $", for messages within the range, |real|, |imaginary| <= {plan.Range:G6}. Parts beyond it lose precision; from {plan.MessageRatio / 2:G6} times the range on "
            + $"they come back as other numbers, and no one can tell from the ciphertext.");
        return bound + string.Format(CultureInfo.InvariantCulture, result, plan.LargestInteger) + range;
    }

    private static string PreparationText(BootstrapMeasurement measured)
    {
        var (plan, made) = (measured.Plan, measured.Preparation);
        return $"{NumberText.Count(made.Keys)} evaluation keys: {NumberText.Bytes(made.KeyBytes)} in {NumberText.Seconds(made.KeySeconds)}. "
            + $"{NumberText.Count(plan.Diagonals)} encoded diagonals: {NumberText.Bytes(made.DiagonalBytes)} in {NumberText.Seconds(made.EncodingSeconds)}. "
            + $"Peak memory of the process: {NumberText.Bytes(measured.PeakBytes)}.\n";
    }

    private static string Bits(double size) => size == 0 ? "exact" : NumberText.Fixed(ErrorDistribution.Bits(size), 1);
}

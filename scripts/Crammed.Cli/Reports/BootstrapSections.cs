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
        text.Append(CoefficientTable(measured)).Append('\n').Append(CoefficientText(plan)).Append("\n\n");
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
        var total = measured.Fastest.Seconds;
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
        var threads = measured.Threads == 1 ? "one thread" : $"{measured.Threads} threads";
        var text = $"{NumberText.Count(measured.Times.Count)} bootstraps on {threads}: "
            + $"the fastest took {NumberText.Seconds(measured.Fastest.Seconds)}, the median {NumberText.Seconds(measured.MedianSeconds)}, "
            + $"the first, which fills the pool of memory, {NumberText.Seconds(measured.Times[0].Seconds)}. "
            + $"One hot NTT of one limb: {NumberText.Fixed(measured.HotTransformSeconds * 1e6, 1)} µs.";
        return measured.Batch is not { } batch
            ? text
            : text + $" A batch of {NumberText.Count(batch.Count)} ciphertexts took {NumberText.Seconds(batch.Seconds)}, "
                + $"one alone {NumberText.Seconds(batch.SingleSeconds)}: one more costs {NumberText.Seconds(batch.MarginalSeconds)}, "
                + $"{NumberText.Fixed(batch.MarginalShare, 2)} times the first; peak memory {NumberText.Bytes(batch.PeakBytes)}.";
    }

    private static string PrecisionTable(BootstrapMeasurement measured)
    {
        var table = new MarkdownTable(
            "message", "rms>", "median>", "99 %>", "99.99 %>", "worst>", "bias>", "excess kurtosis>");
        foreach (var message in measured.Precision)
        {
            var errors = message.Slots;
            table.AddRow(
                BootstrapPlot.NameOf(message), Bits(errors.Rms), Bits(errors.Median), Bits(errors.Quantile99), Bits(errors.Quantile9999),
                Bits(errors.Largest), $"{NumberText.Magnitude(errors.Mean)} ± {NumberText.Magnitude(errors.MeanStandardError)}",
                NumberText.Signed(errors.ExcessKurtosis));
        }
        return table.ToString();
    }

    private static string PrecisionText(BootstrapMeasurement measured)
    {
        int values = measured.Precision[0].Slots.Count, parts = 2 * measured.Plan.SlotCount;
        return $"-log2 of |error|, relative to the range {Range(measured.Plan)}: root mean square, median, what 99 % and 99.99 % do not "
            + $"pass, the largest; over real and imaginary parts of all {NumberText.Count(measured.Plan.SlotCount)} slots as they decrypt, "
            + $"in {NumberText.Count(values / parts)} encryptions of each kind of message {NumberText.Count(values)} values. Bias: the "
            + "mean error, with its standard error for independent errors. Excess kurtosis: 0 for a normal distribution, 3 for Laplace's.";
    }

    private static string CoefficientTable(BootstrapMeasurement measured)
    {
        var table = new MarkdownTable(
            "message", "real rms>", "real worst>", "imaginary rms>", "imaginary worst>", "coefficients rms>", "99.99 %>", "worst>",
            "excess kurtosis>");
        foreach (var message in measured.Precision)
        {
            var coefficients = message.Coefficients;
            table.AddRow(
                BootstrapPlot.NameOf(message), Bits(message.Real.Rms), Bits(message.Real.Largest), Bits(message.Imaginary.Rms),
                Bits(message.Imaginary.Largest), Bits(coefficients.Rms), Bits(coefficients.Quantile9999), Bits(coefficients.Largest),
                NumberText.Signed(coefficients.ExcessKurtosis));
        }
        return table.ToString();
    }

    private static string CoefficientText(BootstrapPlanFacts plan) =>
        "Real and imaginary parts of slots by themselves, and the coefficients of the decoded error over the scale: their root mean "
        + $"square has log2(sqrt(N/2)) = {NumberText.Fixed((plan.LogN - 1) / 2.0, 1)} bits more than that of slots, by Parseval's theorem.";

    /// <summary>Stated with the numbers of this plan, and only where they prove it.</summary>
    private static string FailureText(BootstrapPlanFacts plan)
    {
        var bound = "Raising the modulus adds q_0 I to the message, with the integer I nearest to (c_0 + c_1 s)/q_0 in each "
            + $"coefficient. Under an ephemeral secret s of Hamming weight h = {plan.EphemeralWeight} that is a sum of h + 1 residues of "
            + $"at most q_0/2 in size, so that |I| < (h + 2)/2: {plan.RaisedIntegerBound} at most. ";
        var result = plan.LargestInteger >= plan.RaisedIntegerBound
            ? $"EvalMod holds for all |I| <= K = {plan.LargestInteger}: it never fails, P[|I| > K] = 0"
            : $"EvalMod holds for |I| <= K = {plan.LargestInteger} only: it can fail, and the probability P[|I| > K] is not bounded here";
        return $"{bound}{result}, for messages within the range {Range(plan)}. Parts beyond it lose precision; "
            + $"from {NumberText.Count(plan.MessageRatio / 2)} times the range on they come back as other numbers, and no one can tell "
            + "from the ciphertext.";
    }

    private static string PreparationText(BootstrapMeasurement measured)
    {
        var (plan, made) = (measured.Plan, measured.Preparation);
        return $"{NumberText.Count(made.Keys)} evaluation keys: {NumberText.Bytes(made.KeyBytes)} in "
            + $"{NumberText.Seconds(made.KeySeconds)}. {NumberText.Count(plan.Diagonals)} encoded diagonals: {NumberText.Bytes(made.DiagonalBytes)} in "
            + $"{NumberText.Seconds(made.EncodingSeconds)}. Peak memory of the process: {NumberText.Bytes(measured.PeakBytes)}.";
    }

    private static string Range(BootstrapPlanFacts plan) =>
        string.Create(CultureInfo.InvariantCulture, $"|real|, |imaginary| <= {plan.Range:G6}");

    private static string Bits(double size) => size == 0 ? "exact" : NumberText.Fixed(ErrorDistribution.Bits(size), 1);
}

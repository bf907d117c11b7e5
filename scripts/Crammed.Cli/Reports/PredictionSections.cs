using System.Globalization;

namespace Crammed.Cli.Reports;

/// <summary>What was predicted of a training step before it ran, beside what was measured.</summary>
internal static class PredictionSections
{
    public static MarkdownTable Table(string unit, StepCost predicted, StepCost measured)
    {
        var table = new MarkdownTable($"a {unit}", "predicted>", "measured>", "measured / predicted>")
            .AddRow(
                "time", NumberText.Seconds(predicted.Seconds), NumberText.Seconds(measured.Seconds),
                Ratio(measured.Seconds, predicted.Seconds))
            .AddRow(
                "refreshes", NumberText.Count(predicted.Refreshes), NumberText.Count(measured.Refreshes),
                Ratio(measured.Refreshes, predicted.Refreshes))
            .AddRow(
                "memory of the training program", NumberText.Bytes(predicted.MemoryBytes), NumberText.Bytes(measured.MemoryBytes),
                Ratio(measured.MemoryBytes, predicted.MemoryBytes));
        return predicted.TrafficBytes == 0
            ? table
            : table.AddRow(
                "to the key holder and back", NumberText.Bytes(predicted.TrafficBytes), NumberText.Bytes(measured.TrafficBytes),
                Ratio(measured.TrafficBytes, predicted.TrafficBytes));
    }

    /// <summary>
    /// Where clear runs with noise were made also the noise: its standard deviation in the loss, and the encrypted losses' differences from
    /// the clear one.
    /// </summary>
    public static string Text(RunCost cost, IReadOnlyList<LossStep> losses)
    {
        var text = $"The plan predicted a {cost.Unit} before any key was made; the training program measured it.\n\n"
            + $"{Table(cost.Unit, cost.Predicted, cost.Measured)}";
        if (losses.Count == 0 || !losses.All(step => step.HasBound))
            return text;
        var noise = Math.Sqrt(losses.Average(step => step.NoiseDeviation * step.NoiseDeviation));
        var off = Math.Sqrt(losses.Average(step => step.CircuitDifference * step.CircuitDifference));
        return $"{text}\nNoise in the loss, root mean square over the steps: {NumberText.Magnitude(noise)} in clear runs with the noise of "
            + $"ciphertexts, {NumberText.Magnitude(off)} between the encrypted run and the same programs on clear slots without noise.\n";
    }

    private static string Ratio(double measured, double predicted) =>
        predicted == 0 ? "" : (measured / predicted).ToString("F2", CultureInfo.InvariantCulture);
}

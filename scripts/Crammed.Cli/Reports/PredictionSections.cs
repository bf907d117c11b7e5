using System.Globalization;

namespace Crammed.Cli.Reports;

/// <summary>What was predicted of a training step before it ran, beside what was measured.</summary>
internal static class PredictionSections
{
    public static MarkdownTable Table(StepCost predicted, StepCost measured)
    {
        var table = new MarkdownTable("a step", "predicted>", "measured>", "measured / predicted>")
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

    /// <summary>With the noise: its standard deviation in the loss, from clear runs, and the encrypted losses' differences from the clear one.</summary>
    public static string Text(StepCost predicted, StepCost measured, IReadOnlyList<LossStep> losses)
    {
        var noise = Math.Sqrt(losses.Average(step => step.NoiseDeviation * step.NoiseDeviation));
        var off = Math.Sqrt(losses.Average(step => (step.Encrypted - step.ClearCircuit) * (step.Encrypted - step.ClearCircuit)));
        return $"The plan predicted a step before any key was made; the training program measured it.\n\n{Table(predicted, measured)}\n"
            + $"Noise in the loss, root mean square over the steps: {NumberText.Magnitude(noise)} in clear runs with the noise of ciphertexts, "
            + $"{NumberText.Magnitude(off)} between the encrypted run and the same programs on clear slots without noise.\n";
    }

    private static string Ratio(double measured, double predicted) =>
        predicted == 0 ? "" : (measured / predicted).ToString("F2", CultureInfo.InvariantCulture);
}

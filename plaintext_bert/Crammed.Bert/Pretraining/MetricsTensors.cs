using Crammed.Files;

namespace Crammed.Bert;

/// <summary>Metrics as tensors [steps] of a checkpoint: one for each column, NaN where no held-out loss was taken.</summary>
internal static class MetricsTensors
{
    private const string Prefix = "metrics.";

    private static readonly (string Name, Func<PretrainingMetrics, double> Of)[] Reals =
    [
        ("loss", row => row.Loss),
        ("penalty", row => row.Penalty),
        ("held_out_loss", row => row.HeldOutLoss ?? double.NaN),
        ("learning_rate", row => row.LearningRate),
        ("seconds", row => row.Seconds),
    ];

    private static readonly (string Name, Func<PretrainingMetrics, long> Of)[] Integers =
    [
        ("sequences", row => row.Sequences),
        ("tokens", row => row.Tokens),
    ];

    public static void Add(SafetensorsWriter writer, IReadOnlyList<PretrainingMetrics> metrics)
    {
        long[] shape = [metrics.Count];
        foreach (var (name, of) in Reals)
            writer.AddFloat64(Prefix + name, shape, metrics.Select(of).ToArray());
        foreach (var (name, of) in Integers)
            writer.AddInt64(Prefix + name, shape, metrics.Select(of).ToArray());
    }

    /// <exception cref="InvalidDataException">A column is missing or has another number of rows than there were steps.</exception>
    public static List<PretrainingMetrics> Read(SafetensorsFile file, int steps)
    {
        long[] shape = [steps];
        foreach (var name in Reals.Select(column => column.Name).Concat(Integers.Select(column => column.Name)))
            file.RequireShape(Prefix + name, shape);
        var reals = Reals.ToDictionary(column => column.Name, column => file.ReadFloat64(Prefix + column.Name));
        var integers = Integers.ToDictionary(column => column.Name, column => file.ReadInt64(Prefix + column.Name));
        return [.. Enumerable.Range(0, steps).Select(row => new PretrainingMetrics(
            row + 1,
            reals["loss"][row],
            reals["penalty"][row],
            double.IsNaN(reals["held_out_loss"][row]) ? null : reals["held_out_loss"][row],
            reals["learning_rate"][row],
            (int)Math.Clamp(integers["sequences"][row], 0, int.MaxValue),
            integers["tokens"][row],
            reals["seconds"][row]))];
    }
}

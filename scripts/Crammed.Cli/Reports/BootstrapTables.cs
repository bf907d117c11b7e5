using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;

namespace Crammed.Cli.Reports;

/// <summary>Everything that was measured, as comma-separated values.</summary>
internal static class BootstrapTables
{
    private const string Configurations = "configurations.csv";
    private const string Times = "times.csv";
    private const string Precision = "precision.csv";
    private const string Histograms = "histograms.csv";

    /// <summary>The files' names.</summary>
    public static IReadOnlyList<string> Files { get; } = [Configurations, Times, Precision, Histograms];

    /// <summary>Writes the files.</summary>
    public static void Write(IReadOnlyList<BootstrapMeasurement> measurements, OutputFolder folder)
    {
        ConfigurationTable(measurements).Write(folder.PathOf(Configurations));
        TimeTable(measurements).Write(folder.PathOf(Times));
        PrecisionTable(measurements).Write(folder.PathOf(Precision));
        HistogramTable(measurements).Write(folder.PathOf(Histograms));
    }

    private static CsvTable ConfigurationTable(IReadOnlyList<BootstrapMeasurement> measurements)
    {
        var table = new CsvTable(
            "parameters", "slots", "insecure", "log_n", "log2_qp", "threads", "usable_levels", "level_bits", "range", "iterations",
            "fastest_seconds", "median_seconds", "hot_ntt_seconds", "rms_error", "largest_error", "keys", "key_bytes", "key_seconds",
            "diagonals", "diagonal_bytes", "encoding_seconds", "batch", "batch_seconds", "batch_single_seconds", "peak_bytes");
        foreach (var m in measurements)
        {
            var (plan, made) = (m.Plan, m.Preparation);
            table.AddRow(
                plan.ParameterSet, plan.Slots, plan.IsInsecure, plan.LogN, plan.Log2QP, m.Threads, plan.UsableLevels, plan.LevelBits,
                plan.Range, plan.Iterations, m.Fastest.Seconds, m.MedianSeconds, m.HotTransformSeconds, m.LargestRms, m.LargestError,
                made.Keys, made.KeyBytes, made.KeySeconds, plan.Diagonals, made.DiagonalBytes, made.EncodingSeconds, m.Batch?.Count,
                m.Batch?.Seconds, m.Batch?.SingleSeconds, m.PeakBytes);
        }
        return table;
    }

    private static CsvTable TimeTable(IReadOnlyList<BootstrapMeasurement> measurements)
    {
        var table = new CsvTable("parameters", "slots", "bootstrap", "message", "part", "seconds");
        foreach (var m in measurements)
        {
            for (var i = 0; i < m.Times.Count; i++)
            {
                var time = m.Times[i];
                foreach (var part in time.Parts.Append(new BootstrapPartTime("all", time.Seconds)))
                    table.AddRow(m.Plan.ParameterSet, m.Plan.Slots, i + 1, SettingsTypes.ChoiceOf(time.Message), part.Name, part.Seconds);
            }
        }
        return table;
    }

    private static CsvTable PrecisionTable(IReadOnlyList<BootstrapMeasurement> measurements)
    {
        var table = new CsvTable(
            "parameters", "slots", "message", "part", "count", "rms", "median", "quantile_99", "quantile_99_99", "largest", "mean",
            "mean_standard_error", "excess_kurtosis");
        foreach (var (m, message, part, errors) in Distributions(measurements))
        {
            table.AddRow(
                m.Plan.ParameterSet, m.Plan.Slots, SettingsTypes.ChoiceOf(message.Message), part, errors.Count, errors.Rms, errors.Median,
                errors.Quantile99, errors.Quantile9999, errors.Largest, errors.Mean, errors.MeanStandardError, errors.ExcessKurtosis);
        }
        return table;
    }

    private static CsvTable HistogramTable(IReadOnlyList<BootstrapMeasurement> measurements)
    {
        var table = new CsvTable("parameters", "slots", "message", "part", "log2_error_from", "log2_error_to", "count");
        foreach (var (m, message, part, errors) in Distributions(measurements))
        {
            var histogram = errors.Histogram;
            for (var i = 0; i < histogram.Counts.Count; i++)
            {
                table.AddRow(
                    m.Plan.ParameterSet, m.Plan.Slots, SettingsTypes.ChoiceOf(message.Message), part, histogram.Log2LowerEdge(i),
                    histogram.Log2LowerEdge(i + 1), histogram.Counts[i]);
            }
        }
        return table;
    }

    private static IEnumerable<(BootstrapMeasurement Measured, MessagePrecision Message, string Part, ErrorDistribution Errors)>
        Distributions(IReadOnlyList<BootstrapMeasurement> measurements) =>
        from measured in measurements
        from message in measured.Precision
        from part in message.Parts()
        select (measured, message, part.Name, part.Errors);
}

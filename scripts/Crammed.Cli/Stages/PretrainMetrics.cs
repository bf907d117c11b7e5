using System.Numerics.Tensors;
using Crammed.Bert;
using Crammed.Cli.Plotting;
using Crammed.Cli.Reports;
using Crammed.Tables;

namespace Crammed.Cli.Stages;

/// <summary>A pretraining's steps as files: comma-separated values, Parquet (NaN where no held-out loss was taken) and a plot.</summary>
internal static class PretrainMetrics
{
    private static readonly string[] Columns =
        ["step", "loss", "penalty", "held_out_loss", "held_out_perplexity", "learning_rate", "sequences", "tokens", "seconds"];

    /// <summary>Writes metrics.csv and metrics.parquet, each whole or not at all.</summary>
    public static void Write(IReadOnlyList<PretrainingMetrics> metrics, string folder)
    {
        var table = new CsvTable(Columns);
        foreach (var row in metrics)
        {
            table.AddRow(
                row.Step, row.Loss, row.Penalty, row.HeldOutLoss, Perplexity(row), row.LearningRate, row.Sequences, row.Tokens,
                row.Seconds);
        }
        table.Write(Path.Combine(folder, StageFiles.Metrics));
        WriteParquet(metrics, Path.Combine(folder, StageFiles.MetricsTable));
    }

    /// <summary>Loss of each step, smoothed over two hundredths of the run, and held-out loss; null where nothing was trained.</summary>
    public static LinePlot? Plot(IReadOnlyList<PretrainingMetrics> metrics)
    {
        if (metrics.Count == 0)
            return null;
        var heldOut = metrics.Where(row => row.HeldOutLoss is not null).ToList();
        double[] losses = [.. metrics.Select(row => row.Loss)];
        var reach = metrics.Count / 100;
        var name = reach == 0 ? "training" : $"training, mean of {2 * reach + 1} steps";
        List<PlotSeries> series =
        [
            new(name, [.. metrics.Select(row => (double)row.Step)], Smoothed(losses, reach)) { RawY = reach == 0 ? null : losses },
        ];
        if (heldOut.Count > 0)
        {
            series.Add(new(
                "held-out", [.. heldOut.Select(row => (double)row.Step)], [.. heldOut.Select(row => row.HeldOutLoss!.Value)],
                ShowsPoints: true));
        }
        return new LinePlot
        {
            Title = "Masked language modelling",
            XLabel = "step",
            YLabel = "loss, nats for each masked token",
            Series = series,
        };
    }

    /// <summary>Means of each value and those up to <paramref name="reach"/> before and after it, as far as there are any.</summary>
    private static double[] Smoothed(double[] values, int reach)
    {
        var smoothed = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (first, end) = (Math.Max(0, i - reach), Math.Min(values.Length, i + reach + 1));
            smoothed[i] = TensorPrimitives.Average<double>(values.AsSpan(first, end - first));
        }
        return smoothed;
    }

    private static double? Perplexity(PretrainingMetrics row) => row.HeldOutLoss is { } loss ? Math.Exp(loss) : null;

    private static void WriteParquet(IReadOnlyList<PretrainingMetrics> metrics, string path)
    {
        Array[] values =
        [
            metrics.Select(row => row.Step).ToArray(),
            Reals(row => row.Loss),
            Reals(row => row.Penalty),
            Reals(row => row.HeldOutLoss ?? double.NaN),
            Reals(row => Perplexity(row) ?? double.NaN),
            Reals(row => row.LearningRate),
            metrics.Select(row => row.Sequences).ToArray(),
            metrics.Select(row => row.Tokens).ToArray(),
            Reals(row => row.Seconds),
        ];
        Table.Write(path, [.. Columns.Zip(values, (name, column) => new TableColumn(name, column))]);

        double[] Reals(Func<PretrainingMetrics, double> of) => [.. metrics.Select(of)];
    }
}

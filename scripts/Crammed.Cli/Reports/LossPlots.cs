using Crammed.Cli.Plotting;

namespace Crammed.Cli.Reports;

/// <summary>The losses of a run's batches, and how far they are from those of the same run in plaintext.</summary>
internal static class LossPlots
{
    /// <summary>Loss of each step.</summary>
    public const string Loss = "loss.svg";

    /// <summary>Size of each step's difference beside its bound.</summary>
    public const string Difference = "difference.svg";

    /// <summary>The plots and their files.</summary>
    public static IEnumerable<(string File, LinePlot Plot)> Of(DemoReport report)
    {
        var (losses, encryption) = (report.Losses, report.Encryption);
        // A logarithmic axis shows no zero.
        var apart = losses.Where(step => step.Difference != 0).ToList();
        yield return (Loss, new LinePlot
        {
            Title = $"Loss on {report.Run.Task}",
            XLabel = "step",
            YLabel = "loss of the batch, nats for each example",
            Series =
            [
                Line("encrypted", losses, step => step.Encrypted) with { ShowsPoints = true, ShowsLine = false },
                Line("plaintext", losses, step => step.Plaintext),
                Line("polynomials, clear", losses, step => step.ClearCircuit),
            ],
        });
        yield return (Difference, new LinePlot
        {
            Title = $"Loss on {report.Run.Task}: difference from plaintext",
            XLabel = "step",
            YLabel = "size, nats for each example",
            HasLogY = true,
            Series =
            [
                .. new[] { Line("|encrypted - plaintext|", apart, step => Math.Abs(step.Difference)) }
                    .Where(line => line.X.Count > 0).Select(line => line with { ShowsPoints = true }),
                Line("bound", losses, step => step.Bound(encryption.RoundingError)) with { IsReference = true },
            ],
        });
    }

    private static PlotSeries Line(string name, IReadOnlyList<LossStep> losses, Func<LossStep, double> of) =>
        new(name, [.. losses.Select(step => (double)step.Step)], [.. losses.Select(of)]);
}

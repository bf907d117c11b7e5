using Crammed.Cli.Plotting;

namespace Crammed.Cli.Reports;

/// <summary>The plots of a report, those that it has figures for.</summary>
internal static class ReportPlots
{
    /// <summary>How far each step's loss is from plaintext and from clear slots, beside the bounds.</summary>
    public const string Gap = "gap.svg";

    /// <summary>Loss of each step.</summary>
    public const string Loss = "loss.svg";

    /// <summary>The main metric on the evaluation split by step.</summary>
    public const string Scores = "score.svg";

    /// <summary>Seconds by part of the model.</summary>
    public const string Time = "time.svg";

    /// <summary>Levels through the program.</summary>
    public const string Levels = "levels.svg";

    private const int RowPixels = 44, FramePixels = 150;

    /// <summary>Lines closer than this factor are one to the eye.</summary>
    private const double Apart = 1.2;

    /// <summary>The plots and their files.</summary>
    public static IEnumerable<(string File, PlotDescription Plot)> Of(EncryptedReport report)
    {
        if (report.Losses.Count > 0)
        {
            yield return (Gap, GapOf(report));
            yield return (Loss, LossOf(report));
        }
        if (HasScores(report.Scores))
            yield return (Scores, ScoresOf(report.Run.Task, report.Scores!, report.Losses.Count, report.Encryption));
        if (report.Cost is { } cost)
            yield return (Time, TimeOf(cost));
        yield return (Levels, LevelPlot.Of(report.Levels));
    }

    /// <summary>Whether the plaintext run was scored on its way.</summary>
    public static bool HasScores(ScoreComparison? scores) =>
        scores is { BySteps.Count: > 0 } && scores.BySteps.All(step => double.IsFinite(step.Value));

    /// <summary>Gaps are points, what they may come to dashed lines; the second one is drawn where it is another than the first.</summary>
    private static LinePlot GapOf(EncryptedReport report)
    {
        var (losses, rounding) = (report.Losses, report.Encryption.RoundingError);
        List<PlotSeries> series = [.. Points("gap from plaintext", 0, step => step.Difference)];
        if (losses.All(step => step.ClearCircuit is not null))
            series.AddRange(Points("gap from clear slots", 1, step => step.CircuitDifference));
        if (losses.All(step => step.HasBound))
        {
            series.Add(Line("bound from plaintext", losses, step => step.Bound(rounding)) with { IsReference = true, Colour = 0 });
            if (losses.Any(step => step.Bound(rounding) > Apart * step.CircuitBound(rounding)))
                series.Add(Line("bound from clear slots", losses, step => step.CircuitBound(rounding)) with { IsReference = true, Colour = 1 });
        }
        if (series.Count == 0)
            series.Add(Line("rounding", losses, _ => rounding) with { IsReference = true });
        return new LinePlot
        {
            Title = $"Loss on {report.Run.Task}: how far the {report.Encryption.RunName} run is from others of the same draw",
            XLabel = "step",
            YLabel = $"difference of the batch's loss, {UnitOf(report)}",
            HasLogY = true,
            Series = series,
        };

        // A logarithmic axis shows no zero.
        IEnumerable<PlotSeries> Points(string name, int colour, Func<LossStep, double> gap)
        {
            var apart = losses.Where(step => gap(step) != 0).ToList();
            if (apart.Count > 0)
                yield return Line(name, apart, step => Math.Abs(gap(step))) with { ShowsPoints = true, ShowsLine = false, Colour = colour };
        }
    }

    private static string UnitOf(EncryptedReport report) => report.Run.Configuration.Classes == 0 ? "squared error" : "nats";

    private static LinePlot LossOf(EncryptedReport report) => new()
    {
        Title = $"Loss on {report.Run.Task}",
        XLabel = "step",
        YLabel = $"loss of the batch, {UnitOf(report)} for each example",
        Series =
        [
            Line(report.Encryption.RunName, report.Losses, step => step.Encrypted) with { ShowsPoints = true, ShowsLine = false },
            Line("plaintext", report.Losses, step => step.Plaintext) with { IsReference = true },
        ],
    };

    private static LinePlot ScoresOf(string task, ScoreComparison scores, int steps, EncryptionFacts encryption) => new()
    {
        Title = $"{scores.Before[0].Metric} on the {NumberText.Count(scores.Examples)} examples of {task} for evaluation",
        XLabel = "steps of training",
        YLabel = scores.Before[0].Metric,
        Series =
        [
            new PlotSeries(
                "plaintext run", [0, .. scores.BySteps.Select(step => (double)step.Step)],
                [scores.Before[0].Value, .. scores.BySteps.Select(step => step.Value)], ShowsPoints: true),
            new PlotSeries($"{encryption.RunName} run, at its end", [steps], [scores.Encrypted[0].Value], ShowsPoints: true) { ShowsLine = false },
            new PlotSeries("chance", [0, steps], [scores.Before[0].Chance, scores.Before[0].Chance], IsReference: true),
        ],
    };

    private static BarPlot TimeOf(RunCost cost) => new()
    {
        Title = $"A {cost.Unit} by part of the model",
        XLabel = "seconds",
        Rows = [.. cost.Parts.Select(part => part.Name)],
        Series =
        [
            new BarSeries("predicted", [.. cost.Parts.Select(part => part.Predicted)]),
            new BarSeries("measured", [.. cost.Parts.Select(part => part.Measured)]),
        ],
        Height = FramePixels + RowPixels * cost.Parts.Count,
    };

    private static PlotSeries Line(string name, IReadOnlyList<LossStep> losses, Func<LossStep, double> of) =>
        new(name, [.. losses.Select(step => (double)step.Step)], [.. losses.Select(of)]);
}

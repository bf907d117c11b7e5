using System.Globalization;
using System.Text;
using Crammed.Cli.Plotting;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Study;

/// <summary>A study's variants beside each other.</summary>
/// <param name="study">What was compared.</param>
/// <param name="results">The complete runs, in any order; perhaps not all of them yet.</param>
/// <param name="machine">Where.</param>
/// <param name="version">The source's version; null where it is not known.</param>
/// <param name="command">The command line that repeats it.</param>
internal sealed class StudyReport(
    StudyGroupSettings study, IReadOnlyList<StudyResult> results, MachineFacts machine, string? version, string command)
{
    /// <summary>The report's file.</summary>
    public const string File = "study.md";

    /// <summary>Each run's figures.</summary>
    public const string TableFile = "runs.csv";

    /// <summary>Variants that have a complete run, with their runs in the order of the seeds.</summary>
    private IReadOnlyList<(string Label, IReadOnlyList<StudyResult> Runs)> Variants =>
    [
        .. from variant in study.Variants
           let runs = results.Where(result => result.Run.Variant.Name == variant.Name).OrderBy(result => result.Run.Seed).ToList()
           where runs.Count > 0
           select (variant.Label, (IReadOnlyList<StudyResult>)runs),
    ];

    /// <summary>Held-out loss and scores: a row for each variant, medians with the least and the greatest over seeds in brackets.</summary>
    public string Table()
    {
        var table = new MarkdownTable(["variant", "runs>", "held-out loss>", "less the first's>", .. study.Tasks.Select(task => task + ">"), "mean>"]);
        foreach (var (label, runs) in Variants)
        {
            var scores = study.Tasks.Select(task => runs.Select(run => run.ScoreOn(task).Value).ToList()).ToList();
            table.AddRow(
            [
                label, NumberText.Count(runs.Count), Spread([.. runs.Select(run => run.HeldOutLoss)]), FromFirst(runs), .. scores.Select(Spread),
                Mean(scores.Select(Median.Of)),
            ]);
        }
        if (results.Count > 0)
        {
            var chance = study.Tasks.Select(task => results[0].ScoreOn(task).Chance).ToList();
            table.AddRow(["best constant answer", "", "", "", .. chance.Select(Score), Mean(chance)]);
        }
        return table.ToString();
    }

    /// <summary>The report.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {study.Title}\n\nMeasured on {machine.Cores} cores ");
        text.Append(CultureInfo.InvariantCulture, $"({machine.Processor ?? "unknown processor"}), {machine.System}; source {version ?? "unknown"}. ");
        text.Append(CultureInfo.InvariantCulture, $"To repeat: `{command}`.\n\n{Table()}\n");
        text.Append("Medians over seeds; in brackets the least and the greatest. Held-out loss: nats for each masked token, on documents ");
        text.Append("that training does not see; less the first's: the median of the differences from the first variant with the same seed, ");
        text.Append("which has the same text, vocabulary and masks.");
        if (results.Count > 0 && study.Tasks.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $" Scores: {string.Join(", ", results[0].Scores.Select(score => $"{score.Task} {score.Metric}"))}.");
        text.Append("\n\n");
        AppendRanges(text);
        AppendRuns(text);
        return text.ToString();
    }

    /// <summary>A row for each run and task.</summary>
    public CsvTable Figures()
    {
        var table = new CsvTable("variant", "seed", "held_out_loss", "pretrain_seconds", "task", "metric", "score", "chance");
        foreach (var result in results.OrderBy(result => result.Run.Seed))
        {
            foreach (var score in result.Scores.DefaultIfEmpty<StudyScore?>(null))
            {
                table.AddRow(
                    result.Run.Variant.Name, result.Run.Seed, result.HeldOutLoss, result.PretrainSeconds, score?.Task, score?.Metric,
                    score?.Value, score?.Chance);
            }
        }
        return table;
    }

    /// <summary>Held-out loss over the steps, a line for each variant's first seed; null before the first run is complete.</summary>
    public LinePlot? Plot() => Variants.Count == 0 ? null : new LinePlot
    {
        Title = study.Title,
        XLabel = "step",
        YLabel = "held-out loss, nats for each masked token",
        Series =
        [
            .. Variants.Select(variant => new PlotSeries(
                variant.Label, [.. variant.Runs[0].HeldOut.Select(point => (double)point.Step)],
                [.. variant.Runs[0].HeldOut.Select(point => point.Loss)], ShowsPoints: true)),
        ],
    };

    private void AppendRanges(StringBuilder text)
    {
        if (results.Count == 0)
            return;
        text.Append("## What encryption has to cover\n\n").Append(StudyRanges.Table(Variants));
        text.Append("\nMedians over seeds. Levels: along the activations of an encrypted forward pass from the embedding to the logits; beside ");
        text.Append("them, those of a norm's inverse root on one value a token, and the worst relative error of such a root in bits. Polynomials ");
        text.Append(CultureInfo.InvariantCulture, $"are fitted to the ranges with their margin, within {StudyRanges.UsableLevels} levels; ");
        text.Append("softmax has no circuit here. Ranges: of the pretrained model on padded text while a mock fine-tuning moves adapters and ");
        text.Append("head, the widest over layers.\n\n");
    }

    private void AppendRuns(StringBuilder text)
    {
        text.Append("## The runs\n\nEvery variant: `crammed pretrain ").AppendJoin(' ', study.Pretrain).Append('`');
        if (study.Tasks.Count > 0)
            text.Append(", then `crammed finetune ").AppendJoin(' ', study.Finetune).Append('`');
        text.Append(", with a seed of its own, and for\n\n");
        foreach (var variant in study.Variants)
        {
            string words = variant.Pretrain.Count == 0 ? "nothing more" : $"`{string.Join(' ', variant.Pretrain)}`";
            text.Append(CultureInfo.InvariantCulture, $"- {variant.Label} (`{variant.Name}`): {words}\n");
        }
        double seconds = results.Sum(run => run.PretrainSeconds);
        text.Append(CultureInfo.InvariantCulture, $"\nPretraining took {NumberText.Seconds(seconds)} in all, one thread a run.\n");
    }

    /// <summary>How much larger a variant's held-out loss is than the first variant's with the same seed; empty where there is none.</summary>
    private string FromFirst(IReadOnlyList<StudyResult> runs)
    {
        var first = Variants[0].Runs.ToDictionary(run => run.Run.Seed, run => run.HeldOutLoss);
        double[] differences = [.. runs.Where(run => first.ContainsKey(run.Run.Seed)).Select(run => run.HeldOutLoss - first[run.Run.Seed])];
        return differences.Length == 0 ? "" : Median.Of(differences).ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);
    }

    private static string Spread(IReadOnlyList<double> values) =>
        values.Count == 1 ? Score(values[0]) : $"{Score(Median.Of(values))} ({Score(values.Min())} to {Score(values.Max())})";

    private static string Mean(IEnumerable<double> values) => Score(values.DefaultIfEmpty(double.NaN).Average());

    private static string Score(double value) => NumberText.Fixed(value, 3);
}

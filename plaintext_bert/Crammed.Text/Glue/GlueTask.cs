namespace Crammed.Text;

/// <summary>One GLUE task as its tab-separated files have it.</summary>
/// <param name="Description">Name, labels and metrics.</param>
/// <param name="OfficialFolder">The name of its folder in GLUE's own download.</param>
/// <param name="Columns">The columns, in order. Files with a header may have more, and in another order.</param>
/// <param name="HasHeader">The first line names the columns.</param>
/// <param name="FirstColumn">The column of the text, or of the first text of a pair.</param>
/// <param name="SecondColumn">The column of the second text; null for single texts.</param>
/// <param name="LabelColumn">The column of the label or score.</param>
/// <param name="MaximumScore">Scores of a regression task are from 0 to this.</param>
public sealed record GlueTask(
    TaskDescription Description,
    string OfficialFolder,
    IReadOnlyList<string> Columns,
    bool HasHeader,
    string FirstColumn,
    string? SecondColumn,
    string LabelColumn,
    double MaximumScore = 0)
{
    /// <summary>The six tasks (the reference's selection), labels in GLUE's order.</summary>
    public static IReadOnlyList<GlueTask> All { get; } =
    [
        new(
            new TaskDescription("cola", IsPair: false, ["0", "1"], [MetricNames.Matthews]),
            "CoLA", ["source", "label", "mark", "sentence"], HasHeader: false, "sentence", null, "label"),
        new(
            new TaskDescription("mrpc", IsPair: true, ["0", "1"], [MetricNames.F1, MetricNames.Accuracy]),
            "MRPC", ["Quality", "#1 String", "#2 String"], HasHeader: true, "#1 String", "#2 String", "Quality"),
        new(
            new TaskDescription("qnli", IsPair: true, ["entailment", "not_entailment"], [MetricNames.Accuracy]),
            "QNLI", ["question", "sentence", "label"], HasHeader: true, "question", "sentence", "label"),
        new(
            new TaskDescription("rte", IsPair: true, ["entailment", "not_entailment"], [MetricNames.Accuracy]),
            "RTE", ["sentence1", "sentence2", "label"], HasHeader: true, "sentence1", "sentence2", "label"),
        new(
            new TaskDescription("sst2", IsPair: false, ["0", "1"], [MetricNames.Accuracy]),
            "SST-2", ["sentence", "label"], HasHeader: true, "sentence", null, "label"),
        new(
            new TaskDescription("stsb", IsPair: true, [], [MetricNames.Pearson, MetricNames.Spearman]),
            "STS-B", ["sentence1", "sentence2", "score"], HasHeader: true, "sentence1", "sentence2", "score", MaximumScore: 5),
    ];
}

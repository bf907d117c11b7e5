namespace Crammed.Text.Tests;

/// <summary>GLUE's six tasks, written down a second time beside configs/eval/tasks.</summary>
internal static class GlueDefinitions
{
    private static readonly TaskDefinition[] All =
    [
        Task("cola", "CoLA", ["0", "1"], MetricNames.Matthews, ["sentence"], "label") with
        {
            Columns = ["source", "label", "mark", "sentence"],
        },
        Task("mrpc", "MRPC", ["0", "1"], MetricNames.F1, ["#1 String", "#2 String"], "Quality"),
        Task("qnli", "QNLI", ["entailment", "not_entailment"], MetricNames.Accuracy, ["question", "sentence"], "label"),
        Task("rte", "RTE", ["entailment", "not_entailment"], MetricNames.Accuracy, ["sentence1", "sentence2"], "label"),
        Task("sst2", "SST-2", ["0", "1"], MetricNames.Accuracy, ["sentence"], "label"),
        Task("stsb", "STS-B", [], MetricNames.Pearson, ["sentence1", "sentence2"], "score") with { ScoreRange = (0, 5) },
    ];

    public static TaskDefinition Of(string name) => All.Single(task => task.Description.Name == name);

    private static TaskDefinition Task(
        string name, string officialFolder, string[] labels, string metric, string[] text, string label) => new()
        {
            Description = new TaskDescription(name, text.Length == 2, labels, [metric]),
            Folders = [name, officialFolder],
            TrainFiles = ["train.tsv", "train.tsv.gz", "train.sample*.tsv", "train.sample*.tsv.gz"],
            DevFiles = ["dev.tsv", "dev.tsv.gz"],
            TextColumns = text,
            LabelColumn = label,
        };
}

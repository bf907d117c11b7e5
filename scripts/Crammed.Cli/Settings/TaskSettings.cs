using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Crammed.Cli.Configuration;
using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>eval</c> of a command that needs to know the task alone.</summary>
public record TaskChoiceSettings
{
    [Description("the task (group eval/tasks)")]
    public required TaskSettings Tasks { get; init; }
}

/// <summary>The keys <c>data</c> of a command that reads tasks. Paths are relative to the current directory.</summary>
public sealed record TaskDataSettings
{
    [Description("folder of the WordNet 3.0 database")]
    public required string Wordnet { get; init; }

    [Description("folder of tasks (rte/train.tsv, ...); needed by eval/tasks=rte and the like")]
    public required string? Glue { get; init; }
}

/// <summary>
/// The group <c>eval/tasks</c>: one fine-tuning task, where its examples stand, and the optimizer's values that go with it. A new task is
/// a new file.
/// </summary>
public sealed partial record TaskSettings : ICheckedSettings
{
    [Description("the task: the name of its file in configs/eval/tasks")]
    public required string Name { get; init; }

    [Description("what makes the examples (wordnet-living, wordnet-hypernym); null: files hold them")]
    public string? Generator { get; init; }

    [Description("folders to look for, the first that exists is taken; relative ones are below data.glue")]
    public IReadOnlyList<string> Folder { get; init; } = [];

    [Description("names of the training file, the first that exists is taken; a name with * fits one file, or Parquet's shards")]
    public IReadOnlyList<string> Train { get; init; } = [];

    [Description("names of the evaluation file")]
    public IReadOnlyList<string> Dev { get; init; } = [];

    [Description("how the files are written; .gz is allowed, but for Parquet")]
    public TaskFileFormat Format { get; init; }

    [Description("the columns' names in order, for tsv and csv files without a header; empty: the first line names them")]
    public IReadOnlyList<string> Columns { get; init; } = [];

    [Description("the column of the text, or the two of a pair")]
    public IReadOnlyList<string> Text { get; init; } = [];

    [Description("the column of the label or score")]
    public string Label { get; init; } = "";

    [Description("the labels as files have them, in the order of classes 0, 1, ...; empty for regression")]
    public IReadOnlyList<string> Labels { get; init; } = [];

    [Description("least and greatest score of a regression task")]
    public IReadOnlyList<double> ScoreRange { get; init; } = [];

    [Description("accuracy, f1, matthews_correlation; pearson, spearmanr for scores; the first is the main one")]
    public required IReadOnlyList<string> Metrics { get; init; }

    [Description("learning rate for this task"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double LearningRate { get; init; }

    [Description("epsilon inside AdamW-HE's root for this task"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public required double Epsilon { get; init; }

    [Description("epochs of plaintext fine-tuning for this task"), Range(1, 1000)]
    public required int Epochs { get; init; }

    /// <summary>Whether files hold the examples, below <see cref="DataSettings.Glue"/> where the folder is relative.</summary>
    public bool HasFiles => Generator is null;

    /// <summary>Whether the files are looked for in <see cref="DataSettings.Glue"/>.</summary>
    public bool IsGlue => HasFiles && !Folder.All(Path.IsPathFullyQualified);

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (!NamePattern().IsMatch(Name))
            yield return new(nameof(Name), $"is '{Name}'; use letters, digits, '-', '_' and '.', starting with a letter or digit");
        foreach (var problem in HasFiles ? FileProblems() : GeneratorProblems())
            yield return problem;
        foreach (var problem in LabelProblems())
            yield return problem;
        var known = Labels.Count == 0 ? MetricNames.ForScores : MetricNames.ForClasses(Labels.Count);
        if (Metrics.Count == 0)
            yield return new(nameof(Metrics), $"is empty; name at least one of {string.Join(", ", known)}");
        if (Metrics.FirstOrDefault(metric => !known.Contains(metric)) is { } unknown)
        {
            var kind = Labels.Count == 0 ? "scores" : $"{Labels.Count} labels";
            yield return new(nameof(Metrics), $"has '{unknown}'; the metrics of a task with {kind} are {string.Join(", ", known)}");
        }
    }

    /// <summary>The task without the optimizer's values.</summary>
    public TaskDefinition ToDefinition() => new()
    {
        Description = new TaskDescription(Name, IsPair, Labels, Metrics),
        Generator = Generator,
        Folders = Folder,
        Format = Format,
        TrainFiles = Train,
        DevFiles = Dev,
        Columns = Columns,
        TextColumns = Text,
        LabelColumn = Label,
        ScoreRange = ScoreRange.Count == 2 ? (ScoreRange[0], ScoreRange[1]) : null,
    };

    /// <summary>The descriptions of every task of the group, by name.</summary>
    /// <exception cref="ConfigurationException">One of the files is malformed.</exception>
    internal static IReadOnlyDictionary<string, TaskDescription> Catalog(ConfigurationFolder folder) =>
        folder.Choices(GroupName)
            .Select(choice => SettingsBinder.Bind<TaskSettings>(folder.ReadChoice(GroupName, choice, Origin.InOverride(GroupName)))
                .ToDefinition().Description)
            .GroupBy(description => description.Name, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);

    /// <summary>The task that an export holds.</summary>
    /// <param name="export">What it says of itself.</param>
    /// <param name="folder">The configuration.</param>
    /// <param name="path">Where the export is, for the message.</param>
    /// <exception cref="InvalidDataException">The configuration has no such task.</exception>
    internal static TaskDescription DescriptionOf(ExportedTaskDescription export, ConfigurationFolder folder, string path)
    {
        var tasks = Catalog(folder);
        return tasks.TryGetValue(export.Task, out var task)
            ? task
            : throw new InvalidDataException($"{path}: holds the unknown task '{export.Task}'; the tasks are {string.Join(", ", tasks.Keys)}");
    }

    /// <summary>The configuration group that these settings are chosen from.</summary>
    internal const string GroupName = "eval/tasks";

    private bool IsPair => Generator is null ? Text.Count == 2 : TaskCatalog.Generators[Generator].IsPair;

    private IEnumerable<SettingsProblem> FileProblems()
    {
        foreach (var (name, names) in new[] { (nameof(Folder), Folder), (nameof(Train), Train), (nameof(Dev), Dev) })
        {
            if (names.Count == 0 || names.Contains(""))
                yield return new(name, "is empty; a task without a generator needs it");
        }
        if (Text.Count is not (1 or 2))
            yield return new(nameof(Text), $"names {Text.Count} columns; name the column of the text, or the two of a pair");
        if (Label.Length == 0)
            yield return new(nameof(Label), "is empty; name the column of the label");
        if (Columns.Count == 0)
            yield break;
        if (Format is not (TaskFileFormat.Tsv or TaskFileFormat.Csv))
            yield return new(nameof(Columns), $"is given, but the format is {SettingsTypes.ChoiceOf(Format)}; it names its own columns");
        if (Text.Append(Label).FirstOrDefault(column => !Columns.Contains(column)) is { } missing)
            yield return new(nameof(Columns), $"has no '{missing}', which text or label names");
    }

    private IEnumerable<SettingsProblem> GeneratorProblems()
    {
        if (!TaskCatalog.Generators.TryGetValue(Generator!, out var made))
            yield return new(nameof(Generator), $"is '{Generator}'; the generators are {string.Join(", ", TaskCatalog.Generators.Keys)}");
        else if (!made.Labels.SequenceEqual(Labels))
            yield return new(nameof(Labels), $"must be [{string.Join(", ", made.Labels)}], which the generator {Generator} gives");
    }

    private IEnumerable<SettingsProblem> LabelProblems()
    {
        if (Labels.Count == 1 || Labels.Distinct().Count() != Labels.Count)
            yield return new(nameof(Labels), "must name at least two labels, each once, or none for regression");
        if (Labels.Count == 0 && (ScoreRange.Count != 2 || ScoreRange[0] >= ScoreRange[1]))
            yield return new(nameof(ScoreRange), "must be [least, greatest] where there are no labels");
        if (Labels.Count > 0 && ScoreRange.Count > 0)
            yield return new(nameof(ScoreRange), "is given beside labels; a task has one or the other");
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    private static partial Regex NamePattern();
}

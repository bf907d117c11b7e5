using System.ComponentModel;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>data</c>: where text and tasks come from. Paths are relative to the current directory.</summary>
public sealed record DataSettings : ICheckedSettings
{
    /// <summary>The word in <see cref="Text"/> that stands for WordNet's glosses.</summary>
    public const string WordNetText = "wordnet";

    [Description("pretraining text: files (.txt, .txt.gz, .parquet), folders of them, patterns (*.txt), and 'wordnet' for its glosses")]
    public required IReadOnlyList<string> Text { get; init; }

    [Description("folder of the text, for choices of this group that name their files in it")]
    public string? Folder { get; init; }

    [Description("columns of Parquet files that hold text; each row is a document")]
    public IReadOnlyList<string> Columns { get; init; } = ["text"];

    [Description("leave out documents equal to an earlier one but for case and white space")]
    public bool Deduplicate { get; init; } = true;

    [Description("draw the documents' order by train.seed before they are packed; false: the order of the files")]
    public bool Shuffle { get; init; } = true;

    [Description("folder that keeps tokenized text for later runs; null keeps none")]
    public string? Cache { get; init; } = "outputs/cache";

    [Description("folder of the WordNet 3.0 database")]
    public required string Wordnet { get; init; }

    [Description("folder of GLUE's tasks (rte/train.tsv, ...); needed by eval/tasks=rte and the like")]
    public required string? Glue { get; init; }

    [Description("vocab.txt or tokenizer.json to use, with the settings beside it; null: train a vocabulary on the text")]
    public required string? Vocabulary { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Text.Count == 0)
            yield return new(nameof(Text), "is empty; name at least one text");
        if (Columns.Count == 0)
            yield return new(nameof(Columns), "is empty; name at least one column of text");
    }
}

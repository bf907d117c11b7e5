using Crammed.Bert;
using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>What pretraining needs. Paths are absolute.</summary>
internal sealed record PretrainInput
{
    /// <summary>The model; its vocabulary size is that of the vocabulary read or trained.</summary>
    public required BertConfiguration Configuration { get; init; }

    /// <summary>The recipe.</summary>
    public required PretrainingSettings Settings { get; init; }

    /// <summary>Files, folders, patterns of file names, and <see cref="PretrainingText.WordNet"/> for its glosses.</summary>
    public required IReadOnlyList<string> Text { get; init; }

    /// <summary>The text columns of Parquet files.</summary>
    public IReadOnlyList<string> Columns { get; init; } = ["text"];

    /// <summary>Leave out documents that were there before.</summary>
    public bool Deduplicate { get; init; }

    /// <summary>Shuffle the documents before packing.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Folder that keeps tokenized text; null keeps none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Folder of WordNet's data files.</summary>
    public required string WordNetFolder { get; init; }

    /// <summary>vocab.txt to use; null: train one on the text.</summary>
    public required string? VocabularyPath { get; init; }

    /// <summary>Tokens of a trained vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>How ranges are taken afterwards; its number of examples is an upper limit where the text has fewer documents.</summary>
    public CalibrationSettings Calibration { get; init; } = new();

    /// <summary>Time between checkpoints; null: none are written.</summary>
    public TimeSpan? CheckpointInterval { get; init; }

    /// <summary>The checkpoint to continue from; null: a new run.</summary>
    public string? ResumePath { get; init; }
}

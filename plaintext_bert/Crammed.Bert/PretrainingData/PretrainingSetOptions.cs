using Crammed.Text;

namespace Crammed.Bert;

/// <summary>What a pretraining set is made of and how.</summary>
public sealed record PretrainingSetOptions
{
    /// <summary>Where the documents come from.</summary>
    public required IReadOnlyList<CorpusSource> Sources { get; init; }

    /// <summary>vocab.txt or tokenizer.json to use, with the settings beside it; null: train a vocabulary on the training part.</summary>
    public required string? VocabularyPath { get; init; }

    /// <summary>Tokens of a trained vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Tokens of a packed sequence.</summary>
    public required int SequenceLength { get; init; }

    /// <summary>Decides which documents are held out, and their order.</summary>
    public required long Seed { get; init; }

    /// <summary>Share of the documents to hold out, of sources that have no parts of their own.</summary>
    public required double HeldOutFraction { get; init; }

    /// <summary>Leave out documents that were there before, see <see cref="DuplicateFilter"/>.</summary>
    public bool Deduplicate { get; init; }

    /// <summary>Put the documents in an order drawn by the seed before packing; otherwise that of the sources.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Folder in which finished sets are kept; null keeps none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Threads that tokenize; 0: as many as there are processors. The result does not depend on it.</summary>
    public int Threads { get; init; }
}

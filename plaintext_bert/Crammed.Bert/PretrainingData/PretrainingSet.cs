using Crammed.Files;
using Crammed.Text;

namespace Crammed.Bert;

/// <summary>
/// Text made ready for pretraining: deduplicated, split in documents to train on and others for the held-out loss, tokenized and packed.
/// </summary>
public sealed class PretrainingSet : IDisposable
{
    internal PretrainingSet(
        BertTokenizer tokenizer,
        PretrainingCorpus training,
        PretrainingCorpus heldOut,
        IReadOnlyList<string> sampleTexts,
        PretrainingSetFacts facts)
    {
        Tokenizer = tokenizer;
        Training = training;
        HeldOut = heldOut;
        SampleTexts = sampleTexts;
        Facts = facts;
    }

    /// <summary>The tokenizer, with the vocabulary that was read or trained.</summary>
    public BertTokenizer Tokenizer { get; }

    /// <summary>What to train on.</summary>
    public PretrainingCorpus Training { get; }

    /// <summary>What the held-out loss is taken on.</summary>
    public PretrainingCorpus HeldOut { get; }

    /// <summary>Texts of documents to train on, all of them or a <see cref="TextSample"/>, for calibration.</summary>
    public IReadOnlyList<string> SampleTexts { get; }

    /// <summary>What the set holds.</summary>
    public PretrainingSetFacts Facts { get; }

    /// <summary>Whether the set was found in the cache.</summary>
    public bool IsFromCache { get; init; }

    /// <summary>Takes the set from the cache, or makes it and puts it there.</summary>
    /// <param name="options">What to make.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="cancellation">Stops the work; nothing is left behind.</param>
    /// <exception cref="ArgumentException">The text is shorter than one sequence, or a setting is out of its range.</exception>
    /// <exception cref="InvalidDataException">A source, the vocabulary or the cached set is malformed, or the text too short.</exception>
    /// <exception cref="IOException">A file is missing, or a disk is full.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static PretrainingSet Load(
        PretrainingSetOptions options, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Before the text, which takes longer to read: a wrong file is named at once.
        var tokenizer = options.VocabularyPath is { } path ? BertTokenizer.Load(path, sequenceLength: options.SequenceLength) : null;
        if (options.CacheFolder is null)
            return new PretrainingSetBuilder(options, progress, cancellation).Build(tokenizer);
        var cache = new PretrainingSetCache(options.CacheFolder, PretrainingSetKey.Of(options, tokenizer?.Sha256, progress, cancellation));
        if (cache.TryOpen(progress, cancellation) is { } cached)
            return cached;
        var made = new PretrainingSetBuilder(options, progress, cancellation).Build(tokenizer);
        cache.Write(made, progress, cancellation);
        return made;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Training.Dispose();
        HeldOut.Dispose();
    }
}

/// <summary>What a pretraining set holds.</summary>
/// <param name="TrainingDocuments">Documents to train on.</param>
/// <param name="HeldOutDocuments">Documents held out.</param>
/// <param name="Duplicates">Documents left out since an equal one came before.</param>
/// <param name="TrainingTokens">Tokens of the documents to train on, before packing.</param>
/// <param name="HeldOutTokens">Tokens of the documents held out, before packing.</param>
public sealed record PretrainingSetFacts(
    long TrainingDocuments, long HeldOutDocuments, long Duplicates, long TrainingTokens, long HeldOutTokens);

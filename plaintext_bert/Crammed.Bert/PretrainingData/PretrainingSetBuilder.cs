using Crammed.Files;
using Crammed.Text;

namespace Crammed.Bert;

/// <summary>Makes a pretraining set from its sources. In memory are a few blocks of text and some bytes for each document.</summary>
internal sealed class PretrainingSetBuilder(
    PretrainingSetOptions options, IProgress<WorkProgress>? progress, CancellationToken cancellation)
{
    /// <summary>Held-out documents expected at least; a text that promises fewer is split by paragraphs.</summary>
    private const int FewestHeldOut = 8;

    private readonly long _totalBytes =
        options.Sources.Sum(source => source.Files.Sum(file => new FileInfo(file).Length));

    private long _duplicates;

    /// <summary>Makes the set.</summary>
    /// <param name="tokenizer">The tokenizer, or null to train its vocabulary.</param>
    public PretrainingSet Build(BertTokenizer? tokenizer)
    {
        var byParagraphs = HasFewDocuments();
        tokenizer ??= BertTokenizer.Create(WordPieceTrainer.Train(
            Documents(byParagraphs, "training the vocabulary").Where(document => !document.IsHeldOut).Select(document => document.Text),
            new WordPieceTrainerOptions { VocabularySize = options.VocabularySize },
            cancellation));
        using var tokenised = new TokenRows();
        List<int> training = [], heldOut = [];
        var sample = new TextSample();
        var encoded = ParallelTokenizer.Encode(
            Documents(byParagraphs, "tokenizing"), document => document.Text, tokenizer, options.Threads, cancellation);
        foreach (var (document, ids) in encoded)
        {
            if (!document.IsHeldOut)
                sample.Add(document.Text);
            if (ids.Length == 0)
                continue;
            (document.IsHeldOut ? heldOut : training).Add(tokenised.Count);
            tokenised.Add(ids);
        }

        var trainingCorpus = Corpus(tokenised, training, tokenizer.Special, "training documents");
        var heldOutCorpus = Corpus(tokenised, heldOut, tokenizer.Special, "held-out documents");
        var facts = new PretrainingSetFacts(training.Count, heldOut.Count, _duplicates, trainingCorpus.Tokens, heldOutCorpus.Tokens);
        return new PretrainingSet(tokenizer, trainingCorpus, heldOutCorpus, sample.Texts, facts);
    }

    /// <summary>Whether the sources that are to be split have so few documents that hardly any would be held out.</summary>
    private bool HasFewDocuments()
    {
        var needed = (int)Math.Ceiling(FewestHeldOut / options.HeldOutFraction);
        return options.Sources.Where(source => source.Part is null).SelectMany(source => source.Read()).Take(needed).Count() < needed;
    }

    /// <summary>The documents that remain, in the sources' order; the same ones each time.</summary>
    private IEnumerable<(string Text, bool IsHeldOut)> Documents(bool byParagraphs, string title)
    {
        var random = new SeededRandom(options.Seed, "held-out documents");
        var filter = new DuplicateFilter();
        long before = 0, trained = 0, held = 0;
        foreach (var source in options.Sources)
        {
            var start = before;
            var documents = source.Read(bytes => progress?.Report(new(title, Math.Min(start + bytes, _totalBytes), _totalBytes, "bytes")));
            if (byParagraphs && source.Part is null)
                documents = documents.SelectMany(Paragraphs);
            foreach (var document in documents)
            {
                cancellation.ThrowIfCancellationRequested();
                if (options.Deduplicate && !filter.IsNew(document))
                    continue;
                var isHeldOut = source.Part is { } part ? part == TaskSplit.Dev : random.NextDouble() < options.HeldOutFraction;
                (trained, held) = isHeldOut ? (trained, held + 1) : (trained + 1, held);
                yield return (document.Text, isHeldOut);
            }

            before += source.Files.Sum(file => new FileInfo(file).Length);
        }

        _duplicates = filter.Duplicates;
        if (trained == 0 || held == 0)
        {
            throw new InvalidDataException(
                $"{string.Join(", ", options.Sources.Select(source => source.Name).Distinct())}: {trained + held} paragraphs are too few "
                + "to train on some and hold out others; add text");
        }
    }

    private static IEnumerable<TextDocument> Paragraphs(TextDocument document) =>
        document.Paragraphs.Select(paragraph => new TextDocument(document.Name, [paragraph]));

    private PretrainingCorpus Corpus(TokenRows tokenised, List<int> members, SpecialTokens special, string purpose)
    {
        var order = options.Shuffle ? new SeededRandom(options.Seed, $"order of {purpose}").Permutation(members.Count) : null;
        var documents = Enumerable.Range(0, members.Count).Select(i =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new WorkProgress("packing", i + 1, members.Count, purpose));
            return (IReadOnlyList<int>)tokenised.Row(members[order?[i] ?? i]);
        });
        return PretrainingCorpus.Build(documents, special, options.SequenceLength);
    }
}

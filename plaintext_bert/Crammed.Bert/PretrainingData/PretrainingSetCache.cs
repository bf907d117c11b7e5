using Crammed.Files;
using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Bert;

/// <summary>
/// A finished pretraining set in a folder of its own: the tokenizer's files, packed sequences and single documents of both parts, sample
/// texts. The folder appears complete or not at all; the key is in its name and in the manifest of each folder in it.
/// </summary>
internal sealed class PretrainingSetCache
{
    private const string Texts = "sample-texts";
    private const string TextColumn = "text";
    private const int TextsInPart = 4096;
    private const int ShortestDocument = 3;

    private readonly PretrainingSetKey _key;

    public PretrainingSetCache(string cacheFolder, PretrainingSetKey key)
    {
        _key = key;
        Folder = Path.Combine(cacheFolder, key.FolderName);
    }

    /// <summary>The set's folder.</summary>
    public string Folder { get; }

    /// <summary>The set, or null where there is none of this key.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or missing; says which, and what to do.</exception>
    public PretrainingSet? TryOpen(IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        if (!Directory.Exists(Folder))
            return null;
        try
        {
            if (PartsOf("training-sequences") is not { Manifest.Description.Facts: var known })
                return null;
            var tokenizer = BertTokenizer.Load(Folder);
            if (!_key.IsOf(tokenizer))
                throw new InvalidDataException($"{Path.Combine(Folder, CheckpointFiles.Vocabulary)}: the tokenizer is of another set");
            var (special, size) = (tokenizer.Special, tokenizer.Vocabulary.Count);
            var training = Open("training", special, size, known.TrainingTokens, progress, cancellation);
            var heldOut = Open("held-out", special, size, known.HeldOutTokens, progress, cancellation);
            var facts = new PretrainingSetFacts(
                training.Documents, heldOut.Documents, known.Duplicates, training.Tokens, heldOut.Tokens);
            return new PretrainingSet(tokenizer, training, heldOut, ReadTexts(), facts) { IsFromCache = true };
        }
        catch (Exception fault) when (fault is InvalidDataException or FileNotFoundException)
        {
            throw new InvalidDataException(
                $"{fault.Message.TrimEnd('.')}; the cached set is damaged: delete the folder {Folder} to have it made again.", fault);
        }
    }

    /// <summary>
    /// Writes a set under a temporary name and renames it; a set that is in the way and is not of this key is replaced. Where another
    /// process was first with a set of this key, that one stays.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written; nothing is left behind.</exception>
    public void Write(PretrainingSet set, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var temporary = $"{Folder}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            var description = new CachedSet(_key, set.Facts);
            set.Tokenizer.Save(temporary);
            foreach (var (part, corpus) in new[] { ("training", set.Training), ("held-out", set.HeldOut) })
            {
                var title = $"caching {part} tokens";
                WriteRows($"{part}-sequences", corpus.Sequences, corpus.Sequence, title);
                WriteRows($"{part}-documents", corpus.Documents, corpus.Document, title);
            }

            using (var texts = Writer(Texts))
            {
                foreach (var chunk in set.SampleTexts.Chunk(TextsInPart))
                    texts.Add(new TableColumn(TextColumn, chunk));
                texts.Complete();
            }

            Publish(temporary);

            PartFolderWriter<CachedSet> Writer(string name) =>
                PartFolderWriter<CachedSet>.Create(Path.Combine(temporary, name), PretrainingSetKey.Format, description);

            void WriteRows(string name, int count, Func<int, ReadOnlyMemory<int>> row, string title)
            {
                using var writer = Writer(name);
                TokenRowFolder.Write(writer, Enumerable.Range(0, count).Select(i =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    progress?.Report(new WorkProgress(title, i + 1, count, "rows"));
                    return row(i);
                }));
            }
        }
        catch
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    private void Publish(string temporary)
    {
        if (!HoldsThisKey())
        {
            if (Directory.Exists(Folder))
                Directory.Delete(Folder, recursive: true);
            try
            {
                Directory.Move(temporary, Folder);
                return;
            }
            catch (IOException) when (HoldsThisKey())
            {
                // Another process was faster by a moment; its set is the same.
            }
        }

        Directory.Delete(temporary, recursive: true);
    }

    private bool HoldsThisKey() => Directory.Exists(PathOf("training-sequences")) && PartsOf("training-sequences") is not null;

    private string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A folder of the set, or null where it is of another key.</summary>
    private PartFolder<CachedSet>? PartsOf(string name)
    {
        var parts = PartFolder<CachedSet>.Open(PathOf(name), PretrainingSetKey.Format);
        return parts.Manifest.Description.Key == _key ? parts : null;
    }

    private PretrainingCorpus Open(
        string part,
        SpecialTokens special,
        int vocabularySize,
        long tokens,
        IProgress<WorkProgress>? progress,
        CancellationToken cancellation)
    {
        var packed = Rows($"{part}-sequences", (_key.SequenceLength, _key.SequenceLength));
        if (packed.Count == 0)
            throw new InvalidDataException($"{PathOf($"{part}-sequences")}: there is no sequence.");
        return new PretrainingCorpus(
            _key.SequenceLength, special, packed, Rows($"{part}-documents", (ShortestDocument, _key.SequenceLength)), tokens);

        TokenRows Rows(string name, (int, int) lengths)
        {
            var parts = PartsOf(name) ?? throw new InvalidDataException($"{PathOf(name)}: the folder belongs to another set.");
            long done = 0;
            return TokenRowFolder.Read(PathOf(name), parts.Tables(), lengths, vocabularySize, rows =>
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new WorkProgress($"reading cached {part} tokens", done += rows, parts.Manifest.Rows, "rows"));
            });
        }
    }

    private List<string> ReadTexts()
    {
        var parts = PartsOf(Texts) ?? throw new InvalidDataException($"{PathOf(Texts)}: the folder belongs to another set.");
        var texts = parts.Tables().SelectMany(table => table.Values<string>(TextColumn)).ToList();
        return texts.Count > 0 ? texts : throw new InvalidDataException($"{PathOf(Texts)}: there is no text.");
    }
}

/// <summary>What each folder of a cached set says of itself.</summary>
internal sealed record CachedSet(PretrainingSetKey Key, PretrainingSetFacts Facts);

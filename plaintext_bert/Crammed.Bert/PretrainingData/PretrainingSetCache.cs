using System.Globalization;
using Crammed.Text;
using Crammed.Text.Parquet;

namespace Crammed.Bert;

/// <summary>
/// A finished pretraining set in a folder of its own: the tokenizer's files, packed sequences and single documents of both parts, sample texts. The
/// folder appears complete or not at all; the key is in its name and in the metadata of each file.
/// </summary>
internal sealed class PretrainingSetCache
{
    private const string Texts = "sample-texts.parquet";
    private const string TextColumn = "text";
    private const int TextsInRowGroup = 4096;
    private const int ShortestDocument = 3;

    private readonly PretrainingSetKey key;

    public PretrainingSetCache(string cacheFolder, PretrainingSetKey key)
    {
        this.key = key;
        Folder = Path.Combine(cacheFolder, key.FolderName);
    }

    /// <summary>The set's folder.</summary>
    public string Folder { get; }

    /// <summary>The set, or null where there is none of this key.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or missing; says which, and what to do.</exception>
    public PretrainingSet? TryOpen(IProgress<PretrainingSetProgress>? progress, CancellationToken cancellation)
    {
        if (!Directory.Exists(Folder))
            return null;
        try
        {
            if (Metadata(PathOf("training", "sequences")) is not { } entries)
                return null;
            var tokenizer = BertTokenizer.Load(Folder);
            if (!key.IsOf(tokenizer))
                throw new InvalidDataException($"{Path.Combine(Folder, CheckpointFiles.Vocabulary)}: the tokenizer is of another set");
            var (special, size) = (tokenizer.Special, tokenizer.Vocabulary.Count);
            var training = Open("training", special, size, Number(entries, "training_tokens"), progress, cancellation);
            var heldOut = Open("held-out", special, size, Number(entries, "held_out_tokens"), progress, cancellation);
            var facts = new PretrainingSetFacts(
                training.Documents, heldOut.Documents, Number(entries, "duplicates"), training.Tokens, heldOut.Tokens);
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
    public void Write(PretrainingSet set, IProgress<PretrainingSetProgress>? progress, CancellationToken cancellation)
    {
        var temporary = $"{Folder}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            var entries = Entries(set.Facts);
            set.Tokenizer.Save(temporary);
            foreach (var (part, corpus) in new[] { ("training", set.Training), ("held-out", set.HeldOut) })
            {
                var title = $"caching {part} tokens";
                WriteRows(FileName(part, "sequences"), corpus.Sequences, corpus.Sequence, title);
                WriteRows(FileName(part, "documents"), corpus.Documents, corpus.Document, title);
            }

            WriteTexts(Path.Combine(temporary, Texts), set.SampleTexts);
            Publish(temporary);

            void WriteRows(string name, int count, Func<int, ReadOnlyMemory<int>> row, string title) => TokenRowFile.Write(
                Path.Combine(temporary, name),
                Enumerable.Range(0, count).Select(i =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    progress?.Report(new PretrainingSetProgress(title, i + 1, count, "rows"));
                    return row(i);
                }),
                entries);
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

    private bool HoldsThisKey()
    {
        var path = PathOf("training", "sequences");
        return File.Exists(path) && Metadata(path) is not null;
    }

    private static string FileName(string part, string form) => $"{part}-{form}.parquet";

    private string PathOf(string part, string form) => Path.Combine(Folder, FileName(part, form));

    private List<KeyValuePair<string, string>> Entries(PretrainingSetFacts facts) =>
    [
        .. key.Entries,
        new("training_tokens", facts.TrainingTokens.ToString(CultureInfo.InvariantCulture)),
        new("held_out_tokens", facts.HeldOutTokens.ToString(CultureInfo.InvariantCulture)),
        new("duplicates", facts.Duplicates.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>A file's metadata, or null where it is of another key.</summary>
    private IReadOnlyDictionary<string, string>? Metadata(string path)
    {
        using var reader = ParquetReader.Open(path);
        return IsOfKey(reader) ? reader.KeyValues : null;
    }

    private bool IsOfKey(ParquetReader reader) =>
        key.Entries.All(entry => reader.KeyValues.TryGetValue(entry.Key, out var value) && value == entry.Value);

    private long Number(IReadOnlyDictionary<string, string> entries, string name) =>
        entries.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"{PathOf("training", "sequences")}: the metadata has no number {name}.");

    private PretrainingCorpus Open(
        string part,
        SpecialTokens special,
        int vocabularySize,
        long tokens,
        IProgress<PretrainingSetProgress>? progress,
        CancellationToken cancellation)
    {
        var packed = Rows("sequences", (key.SequenceLength, key.SequenceLength));
        if (packed.Count == 0)
            throw new InvalidDataException($"{PathOf(part, "sequences")}: there is no sequence.");
        return new PretrainingCorpus(
            key.SequenceLength, special, packed, Rows("documents", (ShortestDocument, key.SequenceLength)), tokens);

        TokenRows Rows(string form, (int, int) lengths)
        {
            var path = PathOf(part, form);
            using var reader = ParquetReader.Open(path);
            if (!IsOfKey(reader))
                throw new InvalidDataException($"{path}: the file belongs to another set.");
            long done = 0;
            return TokenRowFile.Read(path, reader, lengths, vocabularySize, rows =>
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new PretrainingSetProgress($"reading cached {part} tokens", done += rows, reader.RowCount, "rows"));
            });
        }
    }

    private static void WriteTexts(string path, IReadOnlyList<string> texts)
    {
        using var writer = ParquetWriter.Create(path, new ParquetField(TextColumn, ParquetFieldType.String));
        foreach (var chunk in texts.Chunk(TextsInRowGroup))
            writer.WriteRowGroup(ColumnData.Of(chunk));
        writer.Complete();
    }

    private List<string> ReadTexts()
    {
        var path = Path.Combine(Folder, Texts);
        using var reader = ParquetReader.Open(path);
        List<string> texts = [];
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            var column = reader.ReadString(group, TextColumn);
            texts.AddRange(column.Present is null ? column.Values : throw new InvalidDataException($"{path}: a text is missing."));
        }

        return texts.Count > 0 ? texts : throw new InvalidDataException($"{path}: there is no text.");
    }
}

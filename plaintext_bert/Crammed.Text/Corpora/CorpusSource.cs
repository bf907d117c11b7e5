namespace Crammed.Text;

/// <summary>A source of documents for pretraining: a text file, a Parquet file's columns, a part of WordNet.</summary>
public abstract class CorpusSource
{
    private protected CorpusSource(string name, IReadOnlyList<string> files)
    {
        Name = name;
        Files = files;
    }

    /// <summary>What it is, for messages.</summary>
    public string Name { get; }

    /// <summary>The files that hold all of its content.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>
    /// What besides the files' content decides which documents come out. Sources of equal files and selections are equal.
    /// </summary>
    public virtual string Selection => "";

    /// <summary>The part that its documents belong to; null where they are still to be split in training and held-out ones.</summary>
    public virtual TaskSplit? Part => null;

    /// <summary>Streams the documents in order.</summary>
    /// <param name="bytesRead">Told how many bytes of <see cref="Files"/> were read so far.</param>
    /// <exception cref="InvalidDataException">A file is malformed; names file and line, or file, column and row.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public abstract IEnumerable<TextDocument> Read(Action<long>? bytesRead = null);
}

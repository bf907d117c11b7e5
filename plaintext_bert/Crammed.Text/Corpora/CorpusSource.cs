namespace Crammed.Text;

/// <summary>How a corpus file marks its documents. In both forms a line is a paragraph.</summary>
public enum CorpusForm
{
    /// <summary>An empty line ends a document.</summary>
    EmptyLineSeparated,

    /// <summary>
    /// WikiText (Merity et al. 2016, arXiv 1609.07843): a heading line " = Title = " between empty lines starts a document,
    /// " = = Section = = " does not, and empty lines by themselves mean nothing.
    /// </summary>
    WikiText,
}

/// <summary>A text of its own: an article, a chapter, a gloss.</summary>
/// <param name="Name">Where it is from, for messages: file and first line, or a concept of WordNet.</param>
/// <param name="Paragraphs">Its paragraphs, at least one, none empty.</param>
public sealed record TextDocument(string Name, IReadOnlyList<string> Paragraphs)
{
    /// <summary>The paragraphs, a line break between each.</summary>
    public string Text => string.Join('\n', Paragraphs);
}

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

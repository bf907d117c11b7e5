namespace Crammed.Text;

/// <summary>A .txt or .txt.gz file of one paragraph a line; an empty line ends a document.</summary>
public sealed class TextFileSource(string path) : CorpusSource(path, [path])
{
    /// <inheritdoc/>
    public override IEnumerable<TextDocument> Read(Action<long>? bytesRead = null) =>
        TextCorpus.Read(Name, CorpusForm.EmptyLineSeparated, bytesRead);
}

namespace Crammed.Text;

/// <summary>Streams the documents of a text file; one is in memory at a time.</summary>
public static class TextCorpus
{
    /// <summary>
    /// The documents of a .txt or .gz file in order, paragraphs without white space around them. A paragraph of white space alone counts
    /// as an empty line.
    /// </summary>
    /// <exception cref="InvalidDataException">As for <see cref="TextLines.Read(string)"/>.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static IEnumerable<TextDocument> Read(string path, CorpusForm form = CorpusForm.EmptyLineSeparated)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read(path, form, bytesRead: null);
    }

    /// <summary>The documents of a file; <paramref name="bytesRead"/> is told how many of the file's bytes were read so far.</summary>
    internal static IEnumerable<TextDocument> Read(string path, CorpusForm form, Action<long>? bytesRead)
    {
        List<string> paragraphs = [];
        int lineNumber = 0, firstLine = 0;
        string before = "", paragraph = "";
        foreach (var after in TextLines.Read(path, bytesRead).Append("").Select(line => line.Trim()))
        {
            var boundary = form == CorpusForm.WikiText
                ? before.Length == 0 && after.Length == 0 && IsArticleHeading(paragraph)
                : paragraph.Length == 0;
            if (boundary && paragraphs.Count > 0)
            {
                yield return new TextDocument($"{path}, line {firstLine}", paragraphs);
                paragraphs = [];
            }
            if (paragraph.Length > 0)
            {
                if (paragraphs.Count == 0)
                    firstLine = lineNumber;
                paragraphs.Add(paragraph);
            }
            (before, paragraph) = (paragraph, after);
            lineNumber++;
        }
        if (paragraphs.Count > 0)
            yield return new TextDocument($"{path}, line {firstLine}", paragraphs);
    }

    /// <summary>"= Title =", but not "= = Section = =". Formulas can look so too, but have no empty lines around them.</summary>
    private static bool IsArticleHeading(string paragraph) =>
        paragraph.Length > 4
        && paragraph.StartsWith("= ", StringComparison.Ordinal) && paragraph.EndsWith(" =", StringComparison.Ordinal)
        && paragraph[2] != '=' && paragraph[^3] != '=';
}

using System.IO.Enumeration;

namespace Crammed.Text;

/// <summary>Turns what a user names into sources: a file, a folder with everything in and below it, or a pattern of file names.</summary>
public static class CorpusFiles
{
    private static readonly string[] TextEndings = [".txt", ".txt.gz"];
    private static readonly string[] ParquetEndings = [".parquet"];

    /// <summary>The sources that a path names, in the ordinal order of their paths.</summary>
    /// <param name="path">
    /// A file: Parquet if its name ends in .parquet, else text. A folder: its .txt, .txt.gz and .parquet files, at any depth. A path whose
    /// last part has * or ?: the files of that folder whose names match.
    /// </param>
    /// <param name="columns">The text columns of Parquet files.</param>
    /// <exception cref="InvalidDataException">The folder has no text, or no file matches.</exception>
    /// <exception cref="IOException">The file or the folder is missing.</exception>
    public static IReadOnlyList<CorpusSource> Find(string path, IReadOnlyList<string> columns)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(columns);
        var pattern = Path.GetFileName(path);
        if (pattern.AsSpan().ContainsAny('*', '?'))
            return [.. Matching(path, pattern).Select(Source)];
        if (Directory.Exists(path))
            return [.. Below(path).Select(Source)];
        return File.Exists(path)
            ? [Source(path)]
            : throw new FileNotFoundException($"{path}: there is no such file or folder; give .txt, .txt.gz or .parquet files.", path);

        CorpusSource Source(string file) =>
            HasEnding(file, ParquetEndings) ? new ParquetTextSource(file, columns) : new TextFileSource(file);
    }

    private static List<string> Below(string folder)
    {
        List<string> files =
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(file => HasEnding(file, TextEndings) || HasEnding(file, ParquetEndings)).Order(StringComparer.Ordinal),
        ];
        return files.Count > 0
            ? files
            : throw new InvalidDataException($"{folder}: the folder has no .txt, .txt.gz or .parquet file; name one that has text.");
    }

    private static List<string> Matching(string path, string pattern)
    {
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{folder}: there is no such folder.");
        List<string> files =
        [
            .. Directory.EnumerateFiles(folder)
                .Where(file => FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file), ignoreCase: false))
                .Order(StringComparer.Ordinal),
        ];
        return files.Count > 0 ? files : throw new InvalidDataException($"{path}: no file has such a name.");
    }

    private static bool HasEnding(string file, string[] endings) =>
        endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}

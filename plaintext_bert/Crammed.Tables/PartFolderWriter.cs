using Crammed.Files;

namespace Crammed.Tables;

/// <summary>
/// Writes a folder of Parquet files, each whole or not at all. The folder appears under its name when <see cref="Complete"/> is called,
/// and replaces one that is there. Until then the parts lie in FOLDER.part, and the manifest there, replaced as a whole after each of them,
/// says which are whole: what a killed process leaves, <see cref="Resume"/> goes on with.
/// </summary>
public sealed class PartFolderWriter<T> : IDisposable
{
    private const string LockFile = ".lock";

    private readonly string _folder;
    private readonly string _staging;
    private readonly PartFormat _format;
    private readonly FileStream _lock;
    private PartManifest<T> _manifest;
    private bool _completed;

    private PartFolderWriter(string folder, PartFormat format, T description)
    {
        _folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        _staging = StagingOf(_folder);
        _format = format;
        _manifest = new PartManifest<T>(format.Name, format.Version, description, []);
        Directory.CreateDirectory(_staging);
        _lock = new FileStream(
            Path.Combine(_staging, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>Rows that are on the disk, those of earlier processes included.</summary>
    public long Rows => _manifest.Rows;

    /// <summary>Starts a folder; what an earlier process left of it is dropped.</summary>
    /// <param name="folder">The folder; its parent must exist.</param>
    /// <param name="format">What it holds.</param>
    /// <param name="description">What it says of itself.</param>
    /// <exception cref="IOException">The folder cannot be made, or another process writes it.</exception>
    public static PartFolderWriter<T> Create(string folder, PartFormat format, T description)
    {
        var writer = new PartFolderWriter<T>(folder, format, description);
        writer.RemoveSurplus();
        return writer;
    }

    /// <summary>
    /// Goes on with what an earlier process began and did not complete, after the last of the parts that are whole; or starts. The
    /// completed folder is the one that a single process would have written, byte for byte.
    /// </summary>
    /// <inheritdoc cref="Create"/>
    /// <exception cref="InvalidDataException">It was begun with another description, or its manifest is damaged.</exception>
    public static PartFolderWriter<T> Resume(string folder, PartFormat format, T description)
    {
        var writer = new PartFolderWriter<T>(folder, format, description);
        try
        {
            writer.Continue();
            return writer;
        }
        catch
        {
            writer._lock.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder is there, complete, with this very description.</summary>
    /// <exception cref="InvalidDataException">It is malformed or has another description; names the entry and both values.</exception>
    public static bool IsComplete(string folder, PartFormat format, T description)
    {
        if (!Directory.Exists(folder))
            return false;
        var found = PartFolder<T>.Open(folder, format).Manifest.Description;
        return PartManifest<T>.Difference(found, description) is { } difference
            ? throw new InvalidDataException($"{folder}: was written with {difference}; give what it was written with, or another folder.")
            : true;
    }

    /// <summary>Removes what an uncompleted writer left; the folder itself stays.</summary>
    public static void Discard(string folder)
    {
        if (Directory.Exists(StagingOf(folder)))
            Directory.Delete(StagingOf(folder), recursive: true);
    }

    /// <summary>Writes a part.</summary>
    /// <param name="columns">Its columns, with one row or more.</param>
    /// <exception cref="ArgumentException">The columns are no table.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Add(params IReadOnlyList<TableColumn> columns)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        var bytes = Table.ToParquet(columns, _format.IsCompressed);
        ArgumentOutOfRangeException.ThrowIfZero(columns[0].Rows);
        var part = new Part(Part.Name(_manifest.Parts.Count), columns[0].Rows, bytes.Length, Sha256Text.Of(bytes));
        AtomicFile.WriteBytes(Path.Combine(_staging, part.File), bytes);
        _manifest = _manifest with { Parts = [.. _manifest.Parts, part] };
        _manifest.Write(_staging);
    }

    /// <summary>Gives the folder its name, replacing a folder that has it.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        _manifest.Write(_staging);
        _lock.Dispose();
        AtomicFolder.Replace(_staging, _folder);
        _completed = true;
    }

    /// <summary>Leaves the parts that were written for <see cref="Resume"/>; nothing where there are none.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        if (!_completed && _manifest.Parts.Count == 0)
            Discard(_folder);
    }

    private static string StagingOf(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + ".part";

    private void Continue()
    {
        if (File.Exists(Path.Combine(_staging, PartManifest<T>.FileName)))
        {
            var left = PartManifest<T>.Read(_staging, _format);
            if (PartManifest<T>.Difference(left.Description, _manifest.Description) is { } difference)
            {
                throw new InvalidDataException(
                    $"{_folder}: was begun with {difference}; give what it was begun with, or remove {_staging} to start over.");
            }

            var whole = left.Parts.TakeWhile(part => PartFolder<T>.ReadWhole(Path.Combine(_staging, part.File), part) is not null);
            _manifest = _manifest with { Parts = [.. whole] };
            if (_manifest.Parts.Count < left.Parts.Count)
                _manifest.Write(_staging);
        }

        RemoveSurplus();
    }

    /// <summary>Removes what is none of the parts: temporary files of a killed process, and what it wrote last.</summary>
    private void RemoveSurplus()
    {
        HashSet<string> kept = [LockFile, .. _manifest.Parts.Select(part => part.File)];
        if (_manifest.Parts.Count > 0)
            kept.Add(PartManifest<T>.FileName);
        foreach (var file in Directory.GetFiles(_staging).Where(file => !kept.Contains(Path.GetFileName(file))))
            File.Delete(file);
    }
}

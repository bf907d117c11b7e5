using System.Text;

namespace Crammed.Files;

/// <summary>
/// A file that appears under its name complete or not at all: it is written under a temporary name in the same folder, and
/// <see cref="Commit"/> flushes it to the disk and renames it. Disposing without a commit removes the temporary file.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporaryPath;
    private bool _committed;

    /// <summary>Starts the file; its folder must exist.</summary>
    /// <param name="path">Where the file appears, in place of an earlier one.</param>
    /// <param name="mode">Permissions, but for Windows; those that are usual for the user unless given.</param>
    /// <param name="bytes">The size the file will have, to find out early that the disk has no room for it.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public AtomicFile(string path, UnixFileMode? mode = null, long bytes = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
        _temporaryPath = $"{_path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            PreallocationSize = bytes,
            BufferSize = 1 << 16,
        };
        if (mode is not null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        Stream = new FileStream(_temporaryPath, options);
    }

    /// <summary>Where the content is written.</summary>
    public FileStream Stream { get; }

    /// <summary>Writes a file in one go; <see cref="AtomicFile(string, UnixFileMode?, long)"/> says what the arguments mean.</summary>
    public static void Write(string path, Action<FileStream> write, UnixFileMode? mode = null, long bytes = 0)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var file = new AtomicFile(path, mode, bytes);
        write(file.Stream);
        file.Commit();
    }

    /// <summary>Writes a file of bytes.</summary>
    public static void WriteBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new AtomicFile(path);
        file.Stream.Write(bytes);
        file.Commit();
    }

    /// <summary>Writes a file of UTF-8 text, without a byte order mark.</summary>
    public static void WriteText(string path, string text) => WriteBytes(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Flushes to the disk and gives the file its name, replacing a file that has it.</summary>
    public void Commit()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_temporaryPath, _path, overwrite: true);
        _committed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_committed)
            return;
        try
        {
            Stream.Dispose();
        }
        finally
        {
            // On a full disk closing fails as well, since it writes what is buffered.
            File.Delete(_temporaryPath);
        }
    }
}

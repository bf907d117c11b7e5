namespace Crammed.Ckks.Serialization;

/// <summary>Files that hold one object and nothing else.</summary>
internal static class ObjectFile
{
    /// <summary>Writes under a temporary name in the same folder, flushes to disk and renames: a file is whole or not there.</summary>
    /// <param name="path">where the file appears, in place of an earlier one</param>
    /// <param name="write">fills the file</param>
    /// <param name="mode">permissions, but for Windows; those that are usual for the user unless given</param>
    /// <param name="bytes">the size the file will have, to find out early that the disk has no room for it</param>
    /// <exception cref="IOException">the file cannot be written</exception>
    public static void Save(string path, Action<FileStream> write, UnixFileMode? mode = null, long bytes = 0)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = bytes };
        if (mode is not null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Reads the object and refuses anything after it; messages begin with the file's path.</summary>
    public static T Load<T>(string path, Func<Stream, T> read)
        where T : IDisposable
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        T? result = default;
        try
        {
            result = read(stream);
            FormatReader.Check(stream.Position == stream.Length, $"{stream.Length - stream.Position} bytes follow the object");
            return result;
        }
        catch (CkksFormatException exception)
        {
            result?.Dispose();
            throw new CkksFormatException($"{path}: {exception.Message}");
        }
    }
}

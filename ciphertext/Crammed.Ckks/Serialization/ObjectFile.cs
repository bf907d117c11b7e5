namespace Crammed.Ckks.Serialization;

/// <summary>Files that hold one object and nothing else.</summary>
internal static class ObjectFile
{
    /// <summary>Writes under a temporary name in the same folder, flushes to disk and renames: a file is whole or not there.</summary>
    public static void Save(string path, Action<Stream> write, UnixFileMode? mode = null)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Environment.ProcessId}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            // An earlier file of that name would keep its own mode.
            File.Delete(temporary);
            options.UnixCreateMode = mode;
        }
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

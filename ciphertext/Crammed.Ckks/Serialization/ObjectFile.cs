namespace Crammed.Ckks.Serialization;

/// <summary>Files that hold one object and nothing else.</summary>
internal static class ObjectFile
{
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

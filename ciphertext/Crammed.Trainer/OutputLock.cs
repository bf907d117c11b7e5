namespace Crammed.Trainer;

/// <summary>A folder that one program at a time writes to. The system takes the lock back when the program ends, however it ends.</summary>
internal sealed class OutputLock : IDisposable
{
    private const string FileName = "lock";

    private readonly FileStream _file;

    private OutputLock(FileStream file) => _file = file;

    /// <exception cref="InvalidDataException">another program has the lock</exception>
    public static OutputLock Take(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        try
        {
            return new OutputLock(new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
        }
        catch (IOException exception) when (File.Exists(path) && exception is not FileNotFoundException and not DirectoryNotFoundException)
        {
            throw new InvalidDataException(
                $"{folder}: another run writes to this folder; wait for its end, or give another folder", exception);
        }
    }

    public void Dispose() => _file.Dispose();
}

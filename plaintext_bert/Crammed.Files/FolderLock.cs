namespace Crammed.Files;

/// <summary>A folder that one program at a time writes to. The system takes the lock back when the program ends, however it ends.</summary>
public sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Makes the folder, if need be, and takes its lock.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Of the lock's file in it, which goes with the lock.</param>
    /// <exception cref="InvalidDataException">Another program has the lock.</exception>
    public static FolderLock Take(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        try
        {
            return new FolderLock(new FileStream(
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

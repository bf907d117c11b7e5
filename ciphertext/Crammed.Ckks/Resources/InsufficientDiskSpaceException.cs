namespace Crammed.Ckks;

/// <summary>
/// A file system has no room for a file that was about to be written; nothing was. Its counterpart for memory is
/// <see cref="InsufficientMemoryException"/>.
/// </summary>
public sealed class InsufficientDiskSpaceException : IOException
{
    internal InsufficientDiskSpaceException(string message, string folder, long neededBytes, long freeBytes)
        : base(message) => (Folder, NeededBytes, FreeBytes) = (folder, neededBytes, freeBytes);

    /// <summary>The folder whose file system was asked.</summary>
    public string Folder { get; }

    /// <summary>The size that the file would have.</summary>
    public long NeededBytes { get; }

    /// <summary>What is free. A file that would have been replaced counts as used: it stays until its successor is whole.</summary>
    public long FreeBytes { get; }
}

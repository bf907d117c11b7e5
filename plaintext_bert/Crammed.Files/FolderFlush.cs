using System.Runtime.InteropServices;

namespace Crammed.Files;

/// <summary>Flushes a folder's entries to the disk, so that files renamed in it keep their names whatever happens to the machine.</summary>
public static partial class FolderFlush
{
    private const int ReadOnly = 0;

    /// <summary>Does nothing on Windows, which does not flush folders.</summary>
    /// <exception cref="IOException">the folder cannot be opened or flushed</exception>
    public static void Run(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
            throw Failure(folder);
        try
        {
            // Some file systems do not flush folders, and say so.
            const int invalid = 22;
            if (Flush(descriptor) < 0 && Marshal.GetLastPInvokeError() != invalid)
                throw Failure(folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string folder) =>
        new($"{folder} cannot be flushed to the disk: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}

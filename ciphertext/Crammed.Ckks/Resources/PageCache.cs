using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Crammed.Ckks;

/// <summary>
/// Pages of files that the system keeps in memory. What a program reads once, or writes to read it much later, would push out what others
/// need, and counts as its own where a control group bounds memory.
/// </summary>
internal static partial class PageCache
{
    private const int FadviseDontNeed = 4;
    private const uint SyncFileRangeWrite = 2;

    /// <summary>
    /// Lets go of the whole pages within a part of a file; pages that are not yet on the disk stay. It is advice: nothing depends on it, so
    /// what the call returns is of no interest.
    /// </summary>
    /// <param name="file">any handle of the file</param>
    /// <param name="offset">first byte</param>
    /// <param name="length">bytes, 0 for all that follow</param>
    public static void Forget(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
            _ = Fadvise(file, offset, length, FadviseDontNeed);
    }

    /// <summary>Lets the system begin to write a part of a file to the disk, and does not wait for it.</summary>
    public static void BeginWriting(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
            _ = SyncFileRange(file, offset, length, SyncFileRangeWrite);
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Fadvise(SafeFileHandle file, long offset, long length, int advice);
}

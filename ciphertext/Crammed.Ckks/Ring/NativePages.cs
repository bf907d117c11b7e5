using System.Runtime.InteropServices;

namespace Crammed.Ckks.Ring;

/// <summary>
/// Large buffers straight from the operating system. An allocator keeps freed blocks of many megabytes in its heap, for fear of returning
/// what is asked for again at once; <see cref="ResidueMemory"/> keeps what it wants itself, and what it gives back is to be given back: of
/// 16 GiB in buffers of many sizes the heap held 1.5 GiB more. Linux is asked to back them by pages of 2 MiB: with pages of 4 KiB a key of
/// 150 MiB takes 38,400 page faults when it is made, and as many entries of the address translation cache, which holds a few thousand,
/// whenever it is read.
/// </summary>
internal static unsafe partial class NativePages
{
    private const long SmallestMapping = 1 << 20;

    /// <summary>Below, no aligned huge page may lie in a buffer.</summary>
    private const long SmallestHuge = 4 << 20;

    private const int ReadWrite = 1 | 2;
    private const int PrivateAnonymous = 2 | 0x20;
    private const int AdviseDontNeed = 4;
    private const int AdviseHugePage = 14;

    public static int PageSize { get; } = Environment.SystemPageSize;

    /// <summary>Whether buffers of so many bytes are mapped.</summary>
    public static bool IsLarge(long bytes) => bytes >= SmallestMapping && OperatingSystem.IsLinux();

    /// <summary>Pages of zeros, at the beginning of one.</summary>
    /// <exception cref="OutOfMemoryException">there is no room</exception>
    public static byte* Map(long bytes)
    {
        var memory = MapMemory(null, (nuint)bytes, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)memory == -1)
            throw new OutOfMemoryException($"a buffer of {bytes} bytes: the operating system has no memory for it");
        // Advice: where the kernel has no huge pages, or none is free, everything works with small ones.
        if (bytes >= SmallestHuge)
            _ = Advise(memory, (nuint)bytes, AdviseHugePage);
        return (byte*)memory;
    }

    /// <summary>Gives back what <see cref="Map"/> gave.</summary>
    public static void Unmap(byte* memory, long bytes) => _ = UnmapMemory(memory, (nuint)bytes);

    /// <summary>Gives back the pages that lie in a part of a mapping; it may be written to again, and begins with zeros or what it was.</summary>
    public static void Empty(byte* memory, long bytes)
    {
        var first = ((nint)memory + PageSize - 1) / PageSize * PageSize;
        var end = (nint)(memory + bytes) / PageSize * PageSize;
        if (end > first)
            _ = Advise((void*)first, (nuint)(end - first), AdviseDontNeed);
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MapMemory(void* address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int UnmapMemory(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}

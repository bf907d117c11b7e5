using System.Globalization;

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

/// <summary>Refuses work for which memory or disk space is known to be missing, before it begins.</summary>
internal static class RoomCheck
{
    private static readonly string[] ByteUnits = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>
    /// Asks for memory. Buffers that <see cref="ResidueMemory"/> keeps for reuse are given back before anything is refused.
    /// </summary>
    /// <param name="work">what is about to be done, with the number of keys: the beginning of the message</param>
    /// <param name="needed">bytes that it takes</param>
    /// <param name="resources">who is asked</param>
    /// <param name="advice">what the caller can do instead: the end of the message</param>
    /// <exception cref="InsufficientMemoryException">less is free</exception>
    public static void RequireMemory(string work, long needed, ISystemResources resources, string advice)
    {
        if (HasRoom(resources.Memory, needed))
            return;
        ResidueMemory.Trim();
        var memory = resources.Memory;
        if (!HasRoom(memory, needed))
            throw new InsufficientMemoryException(
                $"{work}: {RoundedUp(needed)} of memory needed, {RoundedDown(memory!.Value.Bytes)} free ({memory.Value.Place}); {advice}");
    }

    /// <summary>Asks for disk space.</summary>
    /// <param name="work">what is about to be done, with the path and the number of keys: the beginning of the message</param>
    /// <param name="needed">bytes of the file</param>
    /// <param name="disk">what the file system has left</param>
    /// <param name="advice">what the caller can do instead: the end of the message</param>
    /// <exception cref="InsufficientDiskSpaceException">less is free</exception>
    public static void RequireDisk(string work, long needed, FreeSpace? disk, string advice)
    {
        if (!HasRoom(disk, needed))
            throw new InsufficientDiskSpaceException(
                $"{work}: {RoundedUp(needed)} on disk needed, {RoundedDown(disk!.Value.Bytes)} free in {disk.Value.Place}; {advice}",
                disk.Value.Place, needed, disk.Value.Bytes);
    }

    /// <summary>What is not known is not refused.</summary>
    private static bool HasRoom(FreeSpace? free, long needed) => free is null || needed <= free.Value.Bytes;

    /// <summary>So that what is needed never looks like what is free, one is rounded up and the other down.</summary>
    private static string RoundedUp(long bytes) => Text(bytes, Math.Ceiling);

    private static string RoundedDown(long bytes) => Text(bytes, Math.Floor);

    private static string Text(long bytes, Func<double, double> round)
    {
        double scaled = bytes;
        var unit = 0;
        for (; scaled >= 1024 && unit < ByteUnits.Length - 1; unit++)
            scaled /= 1024;
        return unit == 0
            ? $"{bytes} bytes"
            : string.Create(CultureInfo.InvariantCulture, $"{round(10 * scaled) / 10:F1} {ByteUnits[unit]}");
    }
}

using System.Globalization;

namespace Crammed.Ckks;

/// <summary>Free memory as Linux states it in its file systems proc and cgroup.</summary>
internal static class LinuxMemory
{
    private const string AvailableField = "MemAvailable:";

    /// <summary>
    /// The least of MemAvailable in /proc/meminfo (memory for new work without swapping, by the kernel's estimate) and of what each control
    /// group around the process leaves; null where none of them can be read.
    /// </summary>
    /// <param name="root">the folder that holds proc and sys; another one than / in tests</param>
    public static FreeSpace? Available(string root = "/")
    {
        var least = OfMachine(root);
        foreach (var group in ControlGroups.Free(root))
        {
            if (least is null || group.Bytes < least.Value.Bytes)
                least = group;
        }
        return least;
    }

    /// <summary>The lines of a file, none if it cannot be read: kernels and containers differ in what they show.</summary>
    public static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>A number in decimal digits; null for anything else.</summary>
    public static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static FreeSpace? OfMachine(string root)
    {
        string? line = Array.Find(
            Lines(Path.Combine(root, "proc/meminfo")), line => line.StartsWith(AvailableField, StringComparison.Ordinal));
        // "MemAvailable:   23834880 kB", the unit being 1024 bytes.
        var number = line?[AvailableField.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return number is not null && Number(number) is long units ? new FreeSpace(1024 * units, "MemAvailable", IsMemory: true) : null;
    }
}

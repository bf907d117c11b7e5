namespace Crammed.Ckks;

/// <summary>Memory or disk space that may still be taken.</summary>
/// <param name="Bytes">how much</param>
/// <param name="Place">what sets the bound, as messages name it: a folder, a control group, a figure of the system</param>
/// <param name="IsMemory">whether what is written there takes memory: always for memory, and for a file system such as tmpfs</param>
public readonly record struct FreeSpace(long Bytes, string Place, bool IsMemory);

/// <summary>
/// What a machine has left for keys, asked before gigabytes of them are made or loaded. <see cref="SystemResources.Process"/> asks the
/// operating system; whoever shares a machine by other rules, a quota for instance, can bring an own answer.
/// </summary>
public interface ISystemResources
{
    /// <summary>Memory that this process may still take, or null where that is not known: then nothing is refused for want of it.</summary>
    FreeSpace? Memory { get; }

    /// <summary>Space on the file system of a folder, or of its nearest parent that exists; null where that is not known.</summary>
    FreeSpace? Disk(string folder);
}

/// <summary>Where free memory and disk space are asked for.</summary>
public static class SystemResources
{
    /// <summary>The operating system that this process runs on.</summary>
    public static ISystemResources Process { get; } = new ProcessResources();

    /// <summary>Knows nothing, so that nothing is checked: for a caller who knows better than the system says.</summary>
    public static ISystemResources Unchecked { get; } = new UnknownResources();

    private sealed class ProcessResources : ISystemResources
    {
        /// <summary>
        /// On Linux the least of what the kernel could give without swapping and of what the process's control groups leave. The runtime
        /// knows limits of control groups too, but the load only as of the last garbage collection, and that is where it is asked
        /// elsewhere.
        /// </summary>
        public FreeSpace? Memory => OperatingSystem.IsLinux() ? LinuxMemory.Available() : OfRuntime();

        public FreeSpace? Disk(string folder)
        {
            var existing = Path.GetFullPath(folder);
            while (existing is not null && !Directory.Exists(existing))
                existing = Path.GetDirectoryName(existing);
            if (existing is null)
                return null;
            try
            {
                // Unix answers for any folder, Windows for the drive that the path begins with.
                var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(existing)! : existing);
                // File systems without a size of their own (ramfs, some networked ones) say zero.
                return drive.TotalSize == 0
                    ? null
                    : new FreeSpace(drive.AvailableFreeSpace, existing, IsMemory: drive.DriveFormat == "tmpfs");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // The check is a courtesy: where it cannot be made, writing will say what is wrong.
                return null;
            }
        }

        private static FreeSpace? OfRuntime()
        {
            GC.Collect(0);
            var info = GC.GetGCMemoryInfo();
            var free = Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes);
            return new FreeSpace(free, "memory that the runtime sees", IsMemory: true);
        }
    }

    private sealed class UnknownResources : ISystemResources
    {
        public FreeSpace? Memory => null;

        public FreeSpace? Disk(string folder) => null;
    }
}

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

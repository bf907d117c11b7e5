namespace Crammed.Ckks;

/// <summary>Memory or disk space that may still be taken.</summary>
/// <param name="Bytes">how much</param>
/// <param name="Place">what sets the bound, as messages name it: a folder, a control group, a figure of the system</param>
/// <param name="IsMemory">whether what is written there takes memory: always for memory, and for a file system such as tmpfs</param>
public readonly record struct FreeSpace(long Bytes, string Place, bool IsMemory);

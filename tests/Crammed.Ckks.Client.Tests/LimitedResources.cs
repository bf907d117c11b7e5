namespace Crammed.Ckks.Client.Tests;

/// <summary>A machine with so much room and no more; null where it does not say.</summary>
internal sealed class LimitedResources : ISystemResources
{
    /// <summary>Called at each question, so that an answer can depend on what happened before it.</summary>
    public Func<long?> MemoryBytes { get; init; } = () => null;

    public long? DiskBytes { get; init; }

    public bool DiskIsMemory { get; init; }

    public FreeSpace? Memory => MemoryBytes() is long bytes ? new FreeSpace(bytes, "control group /test", IsMemory: true) : null;

    public FreeSpace? Disk(string folder) => DiskBytes is long bytes ? new FreeSpace(bytes, folder, DiskIsMemory) : null;
}

namespace Crammed.Encrypted.Execution;

/// <summary>What was written to or read from disk.</summary>
/// <param name="Groups">groups of vectors</param>
/// <param name="Bytes">of files</param>
/// <param name="Seconds">that it took</param>
public readonly record struct DiskTraffic(int Groups, long Bytes, double Seconds)
{
    /// <summary>One more group.</summary>
    public DiskTraffic And(long bytes, TimeSpan time) => new(Groups + 1, Bytes + bytes, Seconds + time.TotalSeconds);
}

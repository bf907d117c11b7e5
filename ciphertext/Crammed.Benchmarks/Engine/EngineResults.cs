namespace Crammed.Benchmarks.Engine;

/// <summary>What a run of the suite found.</summary>
/// <param name="Measurements">Times.</param>
/// <param name="Keys">Sizes.</param>
public sealed record EngineResults(IReadOnlyList<EngineMeasurement> Measurements, IReadOnlyList<EngineKeySize> Keys);

/// <summary>The size of a rotation key.</summary>
/// <param name="Shape">The set, and the level that the key serves.</param>
/// <param name="MemoryBytes">Bytes of its residues in memory.</param>
/// <param name="FileBytes">Bytes in a file.</param>
public sealed record EngineKeySize(EngineShape Shape, long MemoryBytes, long FileBytes)
{
    /// <summary>What a key of 24 + 7 limbs with three digits is meant to take in memory.</summary>
    public const long ReachMemoryBytes = 93L << 20;

    /// <summary>And on disk.</summary>
    public const long ReachFileBytes = 37L << 20;
}

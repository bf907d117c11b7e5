namespace Crammed.Benchmarks.Engine;

/// <summary>One measured operation.</summary>
/// <param name="Operation">Its name; that of the benchmark's method.</param>
/// <param name="LogN">log2 of the ring degree.</param>
/// <param name="Limbs">Ciphertext limbs, or limbs transformed one after another.</param>
/// <param name="SpecialLimbs">Limbs of P; zero for transforms.</param>
/// <param name="Threads">Threads of the operation.</param>
/// <param name="MinMicroseconds">The shortest iteration's mean.</param>
/// <param name="MedianMicroseconds">The median over iterations.</param>
/// <param name="Bytes">The least that has to be read and written: operands, keys and results, each once.</param>
public sealed record EngineMeasurement(
    string Operation, int LogN, int Limbs, int SpecialLimbs, int Threads, double MinMicroseconds, double MedianMicroseconds, long Bytes);

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

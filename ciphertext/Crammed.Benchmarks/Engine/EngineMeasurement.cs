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

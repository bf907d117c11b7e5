namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>What bootstraps under one plan cost and how precise they are.</summary>
/// <param name="ParameterSet">Name of the set.</param>
/// <param name="Security">What the set says of its security.</param>
/// <param name="Slots">Complex slots, or the period with which they repeat.</param>
/// <param name="UsableLevels">Levels between two bootstraps.</param>
/// <param name="Threads">Threads of a bootstrap.</param>
/// <param name="KeyBytes">Evaluation keys in memory.</param>
/// <param name="DiagonalBytes">Encoded diagonals.</param>
/// <param name="KeySeconds">Time of key generation.</param>
/// <param name="EncodingSeconds">Time of encoding the diagonals.</param>
/// <param name="Seconds">Each bootstrap's time; the first one fills the pool of memory.</param>
/// <param name="Parts">Name and seconds of the parts of the fastest bootstrap.</param>
/// <param name="Precision">By kind of message: -log2 of the root mean square and of the largest error.</param>
/// <param name="PeakBytes">Peak memory of this process.</param>
public sealed record BootstrapMeasurement(
    string ParameterSet, string Security, int Slots, int UsableLevels, int Threads, long KeyBytes, long DiagonalBytes, double KeySeconds,
    double EncodingSeconds, IReadOnlyList<double> Seconds, IReadOnlyList<(string Name, double Seconds)> Parts,
    IReadOnlyList<(string Message, double RmsBits, double WorstBits)> Precision, long PeakBytes)
{
    /// <summary>Microseconds of the fastest bootstrap for each slot and usable level.</summary>
    public double MicrosecondsPerSlotAndLevel => Seconds.Min() * 1e6 / ((double)Slots * UsableLevels);
}

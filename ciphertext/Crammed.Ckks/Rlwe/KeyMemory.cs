namespace Crammed.Ckks;

/// <summary>How much memory a set that was opened from a file takes for its keys.</summary>
/// <param name="UniformHalf">what is kept of the half that a seed gives</param>
/// <param name="BudgetBytes">
/// bytes of residues of loaded keys: before a key is loaded that would pass them, the ones that were not used for longest are dropped, and
/// loaded again when they are needed. A key that an operation works with stays until the operation is done, even beyond the budget. Null
/// for no bound.
/// </param>
public sealed record KeyMemory(UniformHalf UniformHalf = UniformHalf.Held, long? BudgetBytes = null)
{
    /// <summary>Keys that are held with both halves whatever is kept of others: those that save most time.</summary>
    public IReadOnlySet<EvaluationKeyId> Whole { get; init; } = new HashSet<EvaluationKeyId>();

    /// <summary>Both halves of every key, once it was used.</summary>
    public static KeyMemory All { get; } = new();

    /// <summary>What is kept of the uniform half of a key.</summary>
    public UniformHalf UniformHalfOf(EvaluationKeyId id) => Whole.Contains(id) ? UniformHalf.Held : UniformHalf;
}

/// <summary>What a set has loaded and dropped until now.</summary>
/// <param name="Loads">keys read from the file, as often as they were read</param>
/// <param name="BytesRead">of the file</param>
/// <param name="Seconds">of reading, over all threads that did</param>
/// <param name="Drops">keys dropped to keep the budget</param>
/// <param name="PeakBytes">the most residues that loaded keys had at a time</param>
public sealed record KeyTraffic(int Loads, long BytesRead, double Seconds, int Drops, long PeakBytes);

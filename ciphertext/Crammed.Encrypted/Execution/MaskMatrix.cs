using System.Runtime.CompilerServices;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// When sums of vectors under masks are a product with a matrix of masks: several sums of the same vectors, under masks that repeat after so
/// few slots that a transformed one has long runs of equal residues (<see cref="Ckks.PeriodicMatrix"/>). A mask is then some kilobytes
/// instead of a polynomial, and all sums read the vectors once.
/// </summary>
internal static class MaskMatrix
{
    /// <summary>Sums and vectors from which a matrix pays: the product takes rows in fours.</summary>
    private const int LeastSize = 4;

    /// <summary>Residues of a run at least: with fewer, weights are read more often than they are used.</summary>
    private const int LeastRun = 64;

    /// <summary>Whether sums of vectors under masks of a period are such a product.</summary>
    public static bool Fits(long sums, long vectors, int period, int slotCount) =>
        sums >= LeastSize && vectors >= LeastSize && slotCount / period >= LeastRun;

    /// <summary>Sums that are made at a time.</summary>
    /// <param name="vectors">vectors of each sum</param>
    /// <param name="period">of the masks</param>
    /// <param name="vectorBytes">bytes of a vector</param>
    /// <param name="slotCount">slots of a vector</param>
    public static int RowsAtOnce(long vectors, int period, long vectorBytes, int slotCount) =>
        (int)Math.Clamp(WorkingSets.MaskBytes / RowBytes(vectors, period, vectorBytes, slotCount), LeastSize, int.MaxValue);

    /// <summary>Bytes of one sum before its rescale, and of its row of masks: a mask has two numbers for each slot of its period.</summary>
    public static long RowBytes(long vectors, int period, long vectorBytes, int slotCount) =>
        vectorBytes + vectors * vectorBytes * period / (2 * slotCount);

    /// <summary>Jobs that read the same vectors in the same order.</summary>
    public static IEnumerable<int[]> Groups(IReadOnlyList<IReadOnlyList<MaskedVector>> jobs) =>
        Enumerable.Range(0, jobs.Count).GroupBy(i => jobs[i], new SameVectors()).Select(group => group.ToArray());

    private sealed class SameVectors : IEqualityComparer<IReadOnlyList<MaskedVector>>
    {
        public bool Equals(IReadOnlyList<MaskedVector>? x, IReadOnlyList<MaskedVector>? y) =>
            x!.Count == y!.Count && x.Zip(y).All(pair => ReferenceEquals(pair.First.Vector, pair.Second.Vector));

        public int GetHashCode(IReadOnlyList<MaskedVector> job) =>
            HashCode.Combine(job.Count, RuntimeHelpers.GetHashCode(job[0].Vector), RuntimeHelpers.GetHashCode(job[^1].Vector));
    }
}

using System.Collections.Concurrent;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Ring;

/// <summary>
/// Z[X]/(X^N + 1) modulo the primes of one parameter set: the ciphertext moduli q_0 ... q_L first, then the special moduli.
/// Immutable but for its cache of automorphisms, and safe to share between threads.
/// </summary>
internal sealed unsafe class RingContext
{
    private readonly ConcurrentDictionary<int, NttPermutation> _permutations = new();

    public RingContext(int logN, IReadOnlyList<ulong> moduli, VectorKernels kernels)
    {
        LogN = logN;
        Kernels = kernels;
        Moduli = [.. moduli.Select(value => new Modulus(value))];
        Tables = new NttTables[Moduli.Length];
        Parallel.For(0, Moduli.Length, i => Tables[i] = new NttTables(Moduli[i], N, kernels.Width));
    }

    public int LogN { get; }

    public int N => 1 << LogN;

    public VectorKernels Kernels { get; }

    public Modulus[] Moduli { get; }

    public NttTables[] Tables { get; }

    public void ForwardNtt(double* limb, int modulusIndex) => Kernels.ForwardNtt(limb, Tables[modulusIndex]);

    public void InverseNtt(double* limb, int modulusIndex)
    {
        var tables = Tables[modulusIndex];
        Kernels.InverseNtt(limb, tables, tables.Modulus.Centre(tables.LengthInverse));
    }

    public RnsPolynomial Rent(int limbCount) => new(limbCount, N);

    /// <summary>destination = source with X replaced by X^g, both transformed; they must not overlap.</summary>
    public void ApplyAutomorphism(double* destination, double* source, NttPermutation permutation) =>
        Kernels.PermuteBlocks(destination, source, permutation.Codes, permutation.Patterns, N);

    /// <summary>The order in which X -> X^g permutes the values of a transformed polynomial.</summary>
    public NttPermutation Permutation(int galoisElement) =>
        _permutations.GetOrAdd(galoisElement, element => new NttPermutation(BuildPermutation(element), Kernels));

    /// <summary>Value i of the image is value result[i] of the original, since value i is taken at ψ^(2 rev(i) + 1).</summary>
    private int[] BuildPermutation(int galoisElement)
    {
        var reversed = BitReversal.Table(LogN);
        var permutation = new int[N];
        for (var i = 0; i < N; i++)
        {
            var exponent = (long)galoisElement * (2 * reversed[i] + 1) & 2 * N - 1;
            permutation[i] = reversed[(int)(exponent - 1) / 2];
        }
        return permutation;
    }
}

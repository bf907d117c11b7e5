using System.Runtime.Intrinsics;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Tests.Arithmetic;

/// <summary>The SIMD instances and moduli that every kernel test runs over.</summary>
internal static class KernelCase
{
    private static readonly VectorKernels Scalar = new SimdKernels<SimdScalar, double>();

    /// <summary>Every instance that gives results here: the eight-lane one has portable code where the processor lacks AVX-512.</summary>
    public static IEnumerable<string> Instances => Simd256.IsSupported ? ["scalar", "256", "512"] : ["scalar", "512"];

    /// <summary>The largest primes that are 1 modulo 2^13 of these sizes, and the smallest above 2^35.</summary>
    public static ulong[] Primes { get; } =
    [
        .. new[] { 20, 30, 36, 40, 46, 49, 50 }.Select(bits => PrimeSearch.LargestBelow(bits, 1 << 13, [])),
        PrimeSearch.Nearest(1L << 35, 1 << 13, []),
    ];

    public static IEnumerable<TestFixtureData> InstancesAndPrimes =>
        from instance in Instances from prime in Primes select new TestFixtureData(instance, prime);

    public static VectorKernels Kernels(string instance) => instance switch
    {
        "512" => new SimdKernels<Simd512, Vector512<double>>(),
        "256" => new SimdKernels<Simd256, Vector256<double>>(),
        _ => Scalar,
    };

    /// <summary>Reduced residues: the extremes first, then uniform ones up to 0.8 p in size.</summary>
    public static double[] Residues(int count, ulong p, int seed)
    {
        var random = new Random(seed);
        var bound = Math.Floor(0.8 * p);
        double[] edges = [0, -0.0, 1, -1, bound, -bound, (p - 1) / 2, -(double)((p - 1) / 2), (p + 1) / 2, p - bound];
        return [.. Enumerable.Range(0, count).Select(i => i < 4 * edges.Length && i % 2 == 0
            ? edges[random.Next(edges.Length)]
            : Math.Round((2 * random.NextDouble() - 1) * bound))];
    }
}

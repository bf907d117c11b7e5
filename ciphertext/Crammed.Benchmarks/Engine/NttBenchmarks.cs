using BenchmarkDotNet.Attributes;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Benchmarks.Engine;

/// <summary>Transforms of one limb that stays in the caches, and of 24 limbs of as many primes one after another; one thread.</summary>
public unsafe class NttBenchmarks
{
    /// <summary>Limbs of the streamed transforms.</summary>
    public const int StreamedLimbs = 24;

    private const int PrimeBits = 50;

    private RingContext _ring = null!;
    private RnsPolynomial _limbs = null!;

    [Params(13, 14, 15, 16)]
    public int LogN { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var primes = new List<ulong>();
        while (primes.Count < StreamedLimbs)
            primes.Add(PrimeSearch.LargestBelow(PrimeBits, 2UL << LogN, primes));
        _ring = new RingContext(LogN, primes, VectorKernels.Default);
        _limbs = _ring.Rent(StreamedLimbs);
        var random = new Random(1);
        for (var limb = 0; limb < StreamedLimbs; limb++)
        {
            foreach (ref var residue in _limbs.LimbSpan(limb))
                residue = Math.Round((random.NextDouble() - 0.5) * _ring.Moduli[limb].P);
        }
    }

    [GlobalCleanup]
    public void CleanUp() => _limbs.Dispose();

    [Benchmark]
    public void ForwardHot() => _ring.ForwardNtt(_limbs.Limb(0), 0);

    [Benchmark]
    public void InverseHot() => _ring.InverseNtt(_limbs.Limb(0), 0);

    [Benchmark(OperationsPerInvoke = StreamedLimbs)]
    public void ForwardStreamed()
    {
        for (var limb = 0; limb < StreamedLimbs; limb++)
            _ring.ForwardNtt(_limbs.Limb(limb), limb);
    }

    [Benchmark(OperationsPerInvoke = StreamedLimbs)]
    public void InverseStreamed()
    {
        for (var limb = 0; limb < StreamedLimbs; limb++)
            _ring.InverseNtt(_limbs.Limb(limb), limb);
    }
}

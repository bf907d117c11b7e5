using System.Runtime.CompilerServices;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Tests.Arithmetic;

/// <summary>The kernels of base conversion under every instance against 128-bit integers.</summary>
[TestFixtureSource(typeof(KernelCase), nameof(KernelCase.InstancesAndPrimes))]
internal sealed unsafe class ConversionKernelTests(string instance, ulong p)
{
    /// <summary>Longer than the kernels' chunks, and not a multiple of them.</summary>
    private const int Length = 544;

    private readonly VectorKernels _kernels = KernelCase.Kernels(instance);
    private readonly Modulus _modulus = new(p);

    /// <summary>Digits of other moduli are up to 2^49 in size.</summary>
    private static readonly ulong LargestPrime = PrimeSearch.LargestBelow(50, 1 << 13, []);

    [Test]
    public void The_next_digit_subtracts_and_multiplies_in_turn([Values(1, 2, 7)] int count)
    {
        var digits = Digits(count);
        var inverses = Pinned(Enumerable.Range(1, count).Select(k => _modulus.Centre(_modulus.Invert((ulong)(3 * k) % p))));
        var residues = Pinned(KernelCase.Residues(Length, p, 4));
        var result = Pinned(residues);
        var pointers = stackalloc double*[count];
        for (var k = 0; k < count; k++)
            pointers[k] = Address(digits[k]);
        _kernels.MixedRadixDigit(Address(result), pointers, Address(inverses), count, 32, Length - 32, _modulus);
        Assert.That(result[..32], Is.EqualTo(residues[..32]), "before the offset");
        for (var i = 32; i < Length; i++)
        {
            var expected = Oracle.Canonical(residues[i], p);
            for (var k = 0; k < count; k++)
            {
                var difference = Oracle.Subtract(expected, Oracle.Canonical(digits[k][i], p), p);
                expected = Oracle.Multiply(difference, Oracle.Canonical(inverses[k], p), p);
            }
            Assert.That(Oracle.Canonical(result[i], p), Is.EqualTo(expected), $"residue {residues[i]}");
            Assert.That(Math.Abs(result[i]), Is.LessThanOrEqualTo(p / 2.0 + 2));
        }
    }

    /// <summary>More digits than any sum takes before it is reduced, and odd and even numbers of targets.</summary>
    [Test]
    public void Evaluation_modulo_several_targets([Values(1, 2, 4, 9, 24)] int count, [Values(1, 2, 3)] int targetCount)
    {
        Modulus[] moduli = [_modulus, new(KernelCase.Primes[^1]), new(LargestPrime)];
        var digits = Digits(count);
        double[][] weights = [.. moduli.Select(modulus => Pinned(Enumerable.Range(0, count).Select(k => k == 0
            ? 1
            : modulus.Centre(modulus.Power(LargestPrime - 2, (ulong)k)))))];
        double[][] results = [.. moduli.Select(_ => Pinned(new double[Length]))];
        double** pointers = stackalloc double*[count], destinations = stackalloc double*[targetCount];
        var targets = stackalloc ConversionTarget[targetCount];
        for (var k = 0; k < count; k++)
            pointers[k] = Address(digits[k]);
        for (var t = 0; t < targetCount; t++)
        {
            var accumulation = new WideAccumulation(1L << 49, moduli[t].P / 2 + 2, moduli[t].P);
            destinations[t] = Address(results[t]);
            targets[t] = new ConversionTarget(
                moduli[t].P, moduli[t].Inverse, accumulation.Start, accumulation.Terms, (nint)Address(weights[t]));
        }
        _kernels.MixedRadixEvaluate(destinations, pointers, targets, targetCount, count, Length);
        for (var t = 0; t < targetCount; t++)
        {
            for (var i = 0; i < Length; i++)
                AssertEvaluated(results[t][i], moduli[t].Value, [.. digits.Select(digit => digit[i])]);
        }
    }

    private static void AssertEvaluated(double result, ulong modulus, double[] digits)
    {
        ulong expected = 0;
        for (var k = digits.Length - 1; k >= 0; k--)
        {
            var shifted = Oracle.Multiply(expected, (LargestPrime - 2) % modulus, modulus);
            expected = Oracle.Add(shifted, Oracle.Canonical(digits[k], modulus), modulus);
        }
        Assert.That(Oracle.Canonical(result, modulus), Is.EqualTo(expected));
        Assert.That(Math.Abs(result), Is.LessThanOrEqualTo(digits.Length == 1 ? 1L << 49 : 0.8 * modulus));
    }

    /// <summary>Extremes among them: all digits of the largest size at once in one place.</summary>
    private static double[][] Digits(int count) => [.. Enumerable.Range(0, count).Select(k => Pinned(
        KernelCase.Residues(Length, LargestPrime, 20 + k).Select((value, i) => i == 100
            ? 1L << 49
            : Math.Clamp(value, -(1L << 49), 1L << 49))))];

    private static double[] Pinned(IEnumerable<double> values)
    {
        double[] array = [.. values];
        var pinned = GC.AllocateArray<double>(array.Length, pinned: true);
        array.CopyTo(pinned, 0);
        return pinned;
    }

    private static double* Address(double[] pinned) => (double*)Unsafe.AsPointer(ref pinned[0]);
}

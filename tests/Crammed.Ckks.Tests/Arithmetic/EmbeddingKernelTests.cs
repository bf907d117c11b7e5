using System.Numerics;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Tests.Arithmetic;

/// <summary>The element-wise kernels of the embedding against big integers and plain loops, under every instance.</summary>
[TestFixtureSource(typeof(KernelCase), nameof(KernelCase.Instances))]
internal sealed unsafe class EmbeddingKernelTests(string instance)
{
    private const int Length = 96;

    private readonly EmbeddingKernels _kernels = EmbeddingKernels.OfWidth(KernelCase.Kernels(instance).Width);

    [Test]
    public void Bit_reversal_moves_each_value_to_its_place([Values(1, 2, 8, 32, 64, 128, 1024, 8192)] int length)
    {
        double[] source = [.. Enumerable.Range(0, length).Select(i => (double)i)], destination = new double[length];
        fixed (double* from = source, to = destination)
            EmbeddingKernels.BitReverse(to, from, length);
        var bits = BitOperations.Log2((uint)length);
        for (var i = 0; i < length; i++)
        {
            string reversed = new([.. Convert.ToString(i, 2).PadLeft(bits, '0').Reverse()]);
            Assert.That(destination[bits == 0 ? 0 : Convert.ToInt32(reversed, 2)], Is.EqualTo(i));
        }
    }

    [Test]
    public void Integers_split_into_digits_that_add_up([Values(1, 2, 3, 20)] int count, [Values(48, 30)] int digitBits)
    {
        var random = new Random(count);
        var largest = Math.ScaleB(1, count * digitBits - 1);
        double[] values = [.. Enumerable.Range(0, Length).Select(i => i switch
        {
            0 => largest,
            1 => -largest,
            2 => 0,
            3 => 1,
            _ => Math.Round((2 * random.NextDouble() - 1) * Math.Pow(2, random.NextDouble() * (count * digitBits - 1))),
        })];
        double[] digits = new double[count * Length], work = [.. values];
        var pointers = stackalloc double*[count];
        fixed (double* all = digits, source = work)
        {
            for (var k = 0; k < count; k++)
                pointers[k] = all + k * Length;
            _kernels.SplitIntegers(pointers, source, count, digitBits, Length);
        }
        for (var i = 0; i < Length; i++)
        {
            BigInteger sum = 0;
            for (var k = count - 1; k >= 0; k--)
            {
                Assert.That(Math.Abs(digits[k * Length + i]), Is.LessThanOrEqualTo(Math.ScaleB(1, digitBits - 1)));
                sum = (sum << digitBits) + new BigInteger(digits[k * Length + i]);
            }
            Assert.That(sum, Is.EqualTo(new BigInteger(values[i])));
        }
    }

    /// <summary>The exact value in big integers; relative error count * 2^-53 as stated, and 2^-53 of the comparison itself.</summary>
    [Test]
    public void Mixed_radix_digits_become_real_numbers([Values(1, 2, 3, 8)] int count)
    {
        double[] moduli = [.. KernelCase.Primes.Take(count).Select(p => (double)p)];
        double[][] digits = [.. moduli.Select((p, k) =>
            KernelCase.Residues(Length, (ulong)p, k).Select(x => Math.Clamp(x, -(p - 1) / 2, (p - 1) / 2)).ToArray())];
        double[] all = [.. digits.SelectMany(digit => digit)], result = new double[Length];
        var pointers = stackalloc double*[count];
        fixed (double* first = all, m = moduli, destination = result)
        {
            for (var k = 0; k < count; k++)
                pointers[k] = first + k * Length;
            _kernels.MixedRadixToReal(destination, pointers, m, count, 0.375, Length);
        }
        for (var i = 0; i < Length; i++)
        {
            BigInteger exact = 0;
            for (var k = count - 1; k >= 0; k--)
                exact = exact * new BigInteger(moduli[k]) + new BigInteger(digits[k][i]);
            var expected = 0.375 * (double)exact;
            Assert.That(result[i], Is.EqualTo(expected).Within((count + 1) * Math.ScaleB(Math.Abs(expected), -53)));
        }
    }

    [Test]
    public void The_largest_magnitude_is_found_wherever_it_is([Values(1, 4, 7, 96)] int length)
    {
        for (var place = 0; place < length; place++)
        {
            var values = new double[length];
            values[place] = -3;
            Assert.That(EmbeddingKernels.LargestMagnitude(values), Is.EqualTo(3));
            values[place] = double.NaN;
            Assert.That(EmbeddingKernels.LargestMagnitude(values), Is.NaN);
        }
    }
}

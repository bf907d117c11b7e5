using System.Numerics;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Tests.Arithmetic;

[TestFixture]
internal sealed class ModulusTests
{
    [Test]
    public void Primality_agrees_with_trial_division_and_known_pseudoprimes()
    {
        for (ulong candidate = 0; candidate < 3000; candidate++)
        {
            var hasDivisor = Enumerable.Range(2, (int)Math.Sqrt(candidate)).Any(d => (ulong)d < candidate && candidate % (ulong)d == 0);
            var expected = candidate > 1 && !hasDivisor;
            Assert.That(PrimeSearch.IsPrime(candidate), Is.EqualTo(expected), $"{candidate}");
        }
        // Carmichael numbers, strong pseudoprimes to several bases (OEIS A014233), and their neighbours of known nature.
        ulong[] composites = [561, 41041, 825265, 3215031751, 3474749660383, 341550071728321, 3825123056546413051];
        foreach (var composite in composites)
            Assert.That(PrimeSearch.IsPrime(composite), Is.False, $"{composite}");
        foreach (var prime in new ulong[] { 4294967291, 1125899906842597, 18446744073709551557 })
            Assert.That(PrimeSearch.IsPrime(prime), $"{prime}");
    }

    [Test]
    public void Searches_find_the_extreme_and_the_nearest_prime()
    {
        ulong step = 1 << 13;
        var largest = PrimeSearch.LargestBelow(40, step, []);
        Assert.That(Candidates(largest + step, (1UL << 40) - 1).Any(PrimeSearch.IsPrime), Is.False);
        Assert.That((largest % step, PrimeSearch.IsPrime(largest)), Is.EqualTo((1UL, true)));
        var target = Math.Pow(2, 40);
        var nearest = PrimeSearch.Nearest(target, step, []);
        var distance = (ulong)Math.Abs(nearest - target);
        var nearer = Candidates((1UL << 40) - distance + step, (1UL << 40) + distance - 1);
        Assert.That(nearer.Any(candidate => candidate != nearest && PrimeSearch.IsPrime(candidate)), Is.False);
        Assert.That(PrimeSearch.Nearest(target, step, [nearest]), Is.Not.EqualTo(nearest));
        Assert.That(PrimeSearch.Nearest(Math.Pow(2, 50), step, []), Is.LessThan(1UL << 50));

        IEnumerable<ulong> Candidates(ulong from, ulong to)
        {
            for (var c = from / step * step + 1; c <= to; c += step)
            {
                if (c >= from)
                    yield return c;
            }
        }
    }

    [TestCaseSource(typeof(KernelCase), nameof(KernelCase.Primes))]
    public void Integers_of_any_size_are_reduced_exactly(ulong prime)
    {
        var modulus = new Modulus(prime);
        var random = new Random(1);
        foreach (var value in new[] { 0, 1, -1, long.MaxValue, long.MinValue, (long)prime, -(long)prime, 1L << 62 })
            Assert.That(modulus.Reduce(value), Is.EqualTo(Expected(value)), $"{value}");
        for (var i = 0; i < 200; i++)
        {
            var value = Math.Round((2 * random.NextDouble() - 1) * Math.Pow(2, random.Next(1, 200)));
            Assert.That(modulus.Reduce(value), Is.EqualTo(Expected(new BigInteger(value))), $"{value:R}");
        }
        Assert.That(() => modulus.Reduce(0.5), Throws.ArgumentException);
        Assert.That(() => modulus.Reduce(double.NaN), Throws.ArgumentException);

        ulong Expected(BigInteger value)
        {
            var remainder = BigInteger.Remainder(value, prime);
            return (ulong)(remainder.Sign < 0 ? remainder + prime : remainder);
        }
    }

    [TestCaseSource(typeof(KernelCase), nameof(KernelCase.Primes))]
    public void Inverses_and_centring(ulong prime)
    {
        var modulus = new Modulus(prime);
        foreach (var value in new[] { 1UL, 2UL, prime / 2, prime - 1, 12345UL })
        {
            Assert.That(modulus.Multiply(value, modulus.Invert(value)), Is.EqualTo(1));
            Assert.That(Math.Abs(modulus.Centre(value)), Is.LessThanOrEqualTo((prime - 1) / 2));
            Assert.That(modulus.Canonical(modulus.Centre(value)), Is.EqualTo(value));
        }
        Assert.That(() => modulus.Invert(prime), Throws.ArgumentException);
    }

    [TestCase(0UL)]
    [TestCase(2UL)]
    [TestCase(15UL)]
    [TestCase(1UL << 50)]
    [TestCase(1125899906842679UL, TestName = "A prime above 2^50")]
    public void Moduli_must_be_odd_primes_below_2_to_the_50(ulong value) =>
        Assert.That(() => new Modulus(value), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Accumulation_constants_keep_their_bounds([Values(20, 30, 36, 40, 46, 48, 50)] int bits)
    {
        var accumulation = new WideAccumulation(Math.ScaleB(1, bits) - 1);
        var unit = Math.ScaleB(1, Math.ILogB(accumulation.Start) - 52);
        var largest = Math.Pow(WideAccumulation.OperandBound * Math.ScaleB(1, bits), 2);
        // The sum stays in its binade, and the rests stay exact beside a reduced residue.
        Assert.That(accumulation.Terms * largest, Is.LessThanOrEqualTo(unit * Math.ScaleB(1, 51)));
        Assert.That(accumulation.Terms * unit / 2, Is.LessThanOrEqualTo(Math.ScaleB(1, 52)));
        Assert.That(accumulation.Start, Is.EqualTo(1.5 * Math.ScaleB(unit, 52)));
        Assert.That(accumulation.Terms, Is.GreaterThanOrEqualTo(bits <= 46 ? 64 : 2));
    }

    /// <summary>Eight centred digits of 50 bits may be summed; what is summed can be reduced, which takes 2^52 p.</summary>
    [Test]
    public void Accumulation_of_other_moduli_can_be_reduced([Values(20, 30, 40, 50)] int bits)
    {
        double p = Math.ScaleB(1, bits) - 1, digit = Math.ScaleB(1, 49);
        var accumulation = new WideAccumulation(digit, p / 2, p);
        var unit = Math.ScaleB(1, Math.ILogB(accumulation.Start) - 52);
        Assert.That(accumulation.Terms * digit * p / 2, Is.LessThanOrEqualTo(Math.Min(unit * Math.ScaleB(1, 51), Math.ScaleB(p, 52))));
        Assert.That(accumulation.Terms * unit / 2, Is.LessThanOrEqualTo(Math.ScaleB(1, 52)));
        Assert.That(accumulation.Terms, Is.GreaterThanOrEqualTo(8));
    }

    [Test]
    public void Parts_of_residues_keep_their_bounds(
        [Values(20, 30, 36, 40, 46, 50)] int bits, [Values(1, 1 << 20, 1 << 27)] double weight)
    {
        var modulus = new Modulus(PrimeSearch.LargestBelow(bits, 1 << 13, []));
        var split = new ResidueSplit(modulus, weight, 1);
        double rest = Math.Floor(0.8 * modulus.P), largest = 0, unit = Math.ScaleB(1, split.Shift);
        for (var part = 0; part < split.Parts - 1; part++, rest = Math.Round(rest / unit))
            largest = Math.Max(largest, unit / 2);
        largest = Math.Max(largest, rest);
        Assert.That(split.Terms * largest * weight, Is.LessThanOrEqualTo(Math.ScaleB(1, 53)));
        Assert.That(split.Terms, Is.GreaterThanOrEqualTo(PackedMatrix.PanelInputs));
    }

    [Test]
    public void The_instance_is_chosen_by_name()
    {
        Assert.That(VectorKernels.Choose("scalar").Width, Is.EqualTo(1));
        Assert.That(VectorKernels.Choose(null).Width, Is.EqualTo(Simd512.IsSupported ? 8 : Simd256.IsSupported ? 4 : 1));
        Assert.That(() => VectorKernels.Choose("neon"), Throws.InstanceOf<PlatformNotSupportedException>().With.Message.Contains("scalar"));
        if (!Simd512.IsSupported)
            Assert.That(() => VectorKernels.Choose("512"), Throws.InstanceOf<PlatformNotSupportedException>());
    }
}

namespace Crammed.Bert.Tests;

public class SeededRandomTests
{
    [Test]
    public void Streams_differ_by_seed_purpose_and_index_and_repeat()
    {
        ulong First(long seed, string purpose, long index) => new SeededRandom(seed, purpose, index).NextUInt64();
        ulong[] values = [First(1, "a", 0), First(2, "a", 0), First(1, "b", 0), First(1, "a", 1), First(1, "ab", 0)];
        Assert.That(values, Is.Unique);
        Assert.That(First(1, "a", 0), Is.EqualTo(values[0]));
    }

    /// <summary>The published first outputs of SplitMix64 from state 0, which seed 0 starts at.</summary>
    [Test]
    public void Generator_is_splitmix64()
    {
        var random = new SeededRandom(0);
        Assert.That(random.NextUInt64(), Is.EqualTo(0xE220A8397B1DCDAFUL));
        Assert.That(random.NextUInt64(), Is.EqualTo(0x6E789E6AA1B965F4UL));
        Assert.That(random.NextUInt64(), Is.EqualTo(0x06C45D188009454FUL));
    }

    /// <summary>100,000 samples: mean and variance err by 0.0032 and 0.0045 (one sigma); five sigmas are allowed.</summary>
    [Test]
    public void Gaussian_has_unit_moments()
    {
        var values = Tiny.Gaussian(3, 100_000);
        Assert.That(values.Average(), Is.EqualTo(0).Within(0.016));
        Assert.That(values.Average(value => value * value), Is.EqualTo(1).Within(0.0225));
    }

    [Test]
    public void Permutation_and_bounded_values_are_uniform()
    {
        var random = new SeededRandom(4);
        Assert.That(random.Permutation(100).Order(), Is.EqualTo(Enumerable.Range(0, 100)));
        var counts = new int[6];
        for (var i = 0; i < 60_000; i++)
            counts[random.Next(3) + (3 * random.Permutation(2)[0])]++;
        // Six cells of 10,000 expected: one sigma is 91; five sigmas are allowed.
        Assert.That(counts, Is.All.EqualTo(10_000).Within(456));
    }
}

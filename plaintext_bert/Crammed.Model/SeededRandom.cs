namespace Crammed.Model;

/// <summary>
/// A reproducible generator for initial weights, data order and dropout masks (SplitMix64; Steele, Lea, Flood, OOPSLA 2014).
/// Its stream is fixed by the seed on every machine and version, which draw files rely on. Never for secrets.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _state;

    public SeededRandom(long seed) => _state = Mix((ulong)seed);

    /// <summary>An independent stream for one purpose: the same seed with another purpose or index gives unrelated numbers.</summary>
    public SeededRandom(long seed, string purpose, long index = 0)
    {
        _state = Mix((ulong)seed);
        foreach (var character in purpose)
            _state = Mix(_state ^ character);
        _state = Mix(_state ^ (ulong)index);
    }

    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform in [0, bound), without bias.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var limit = ulong.MaxValue - (ulong.MaxValue % (ulong)bound);
        ulong value;
        do
            value = NextUInt64();
        while (value >= limit);
        return (int)(value % (ulong)bound);
    }

    /// <summary>Standard normal (Box-Muller).</summary>
    public double NextGaussian() =>
        Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>A uniformly random order of 0 .. count-1 (Fisher-Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = Next(i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    public float[] Normal(long count, double standardDeviation)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(standardDeviation * NextGaussian());
        return values;
    }

    public float[] Uniform(long count, double bound)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(bound * ((2 * NextDouble()) - 1));
        return values;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}

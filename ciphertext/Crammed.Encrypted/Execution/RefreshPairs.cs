namespace Crammed.Encrypted.Execution;

/// <summary>
/// Which vectors of a refresh share a bootstrap: those of equal ranges, two by two; then what is left over of the ranges, neighbours in
/// size, if they are not too far apart. The vector of the smaller range is then multiplied by an integer until it fills the larger one,
/// and the noise in its imaginary parts with it, which ends in the other vector: by at most <see cref="LargestLift"/>.
/// </summary>
public static class RefreshPairs
{
    /// <summary>
    /// Ranges further apart than this do not share a bootstrap: it would cost the vector of the larger range that much precision.
    /// </summary>
    public const double LargestLift = 64;

    /// <summary>Calls that bootstrap pairs: so many pairs at a time, and each vector alone.</summary>
    internal static IReadOnlyList<IReadOnlyList<(int First, int? Second)>> Calls(IReadOnlyList<double> ranges)
    {
        var pairs = Of(ranges);
        return
        [
            .. pairs.Where(pair => pair.Second is not null).Chunk(WorkingSets.BootstrapsAtOnce),
            .. pairs.Where(pair => pair.Second is null).Select(pair => new[] { pair }),
        ];
    }

    /// <summary>Places of the vectors of each bootstrap, Second null for one alone.</summary>
    /// <param name="ranges">of each vector a power of two</param>
    public static IReadOnlyList<(int First, int? Second)> Of(IReadOnlyList<double> ranges)
    {
        var pairs = new List<(int First, int? Second)>();
        int? waiting = null;
        foreach (var group in Enumerable.Range(0, ranges.Count).GroupBy(i => ranges[i]).OrderBy(group => group.Key))
        {
            int[] places = [.. group];
            var next = 0;
            if (waiting is { } lower && places.Length % 2 == 1 && group.Key <= ranges[lower] * LargestLift)
            {
                pairs.Add((lower, places[next++]));
                waiting = null;
            }
            for (; next + 1 < places.Length; next += 2)
                pairs.Add((places[next], places[next + 1]));
            if (next == places.Length)
                continue;
            if (waiting is { } alone)
                pairs.Add((alone, null));
            waiting = places[next];
        }
        if (waiting is { } last)
            pairs.Add((last, null));
        return pairs;
    }
}

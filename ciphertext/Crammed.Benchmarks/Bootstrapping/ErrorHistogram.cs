namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>
/// Sizes of errors, counted in bins of log2|error|: bin i holds
/// (First + i) / BinsPerOctave &lt;= log2|error| &lt; (First + i + 1) / BinsPerOctave.
/// </summary>
/// <param name="First">index of the first bin that is not empty</param>
/// <param name="Counts">values in each bin up to the last that is not empty; none if all errors are zero</param>
/// <param name="Zeros">errors that are exactly zero and so in no bin</param>
public sealed record ErrorHistogram(int First, IReadOnlyList<long> Counts, long Zeros)
{
    /// <summary>Bins in a factor of 2.</summary>
    public const int BinsPerOctave = 4;

    /// <summary>Counts the sizes of the given errors, which are finite.</summary>
    public static ErrorHistogram Of(IEnumerable<double> errors)
    {
        var counts = new SortedDictionary<int, long>();
        long zeros = 0;
        foreach (var error in errors)
        {
            if (error == 0)
            {
                zeros++;
                continue;
            }
            var bin = (int)Math.Floor(BinsPerOctave * Math.Log2(Math.Abs(error)));
            counts[bin] = counts.GetValueOrDefault(bin) + 1;
        }
        if (counts.Count == 0)
            return new ErrorHistogram(0, [], zeros);
        (var first, var last) = (counts.Keys.First(), counts.Keys.Last());
        var bins = Enumerable.Range(first, last - first + 1);
        return new ErrorHistogram(first, [.. bins.Select(bin => counts.GetValueOrDefault(bin))], zeros);
    }

    /// <summary>log2 of the lower edge of bin <paramref name="index"/> of <see cref="Counts"/>.</summary>
    public double Log2LowerEdge(int index) => (double)(First + index) / BinsPerOctave;

    /// <summary>log2 of the middle of bin <paramref name="index"/>.</summary>
    public double Log2Middle(int index) => Log2LowerEdge(index) + 0.5 / BinsPerOctave;
}

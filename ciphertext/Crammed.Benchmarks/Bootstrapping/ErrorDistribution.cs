namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>How errors are distributed. Sizes are in the unit of the errors; <see cref="Bits"/> turns one into bits of precision.</summary>
/// <param name="Count">n, how many errors</param>
/// <param name="Rms">root mean square</param>
/// <param name="Mean">the bias</param>
/// <param name="MeanStandardError">
/// of the mean: s / sqrt(n) with the sample standard deviation s, which holds for independent errors; not a number for one error
/// </param>
/// <param name="Median">of |error|</param>
/// <param name="Quantile99">what 99 % of |error| do not pass</param>
/// <param name="Quantile9999">what 99.99 % of |error| do not pass; near the largest for fewer than 10^4 errors</param>
/// <param name="Largest">the largest |error|</param>
/// <param name="ExcessKurtosis">
/// m_4 / m_2^2 - 3 with central moments over n: 0 for a normal distribution, 3 for Laplace's; not a number for equal errors
/// </param>
/// <param name="Histogram">counts by size</param>
public sealed record ErrorDistribution(
    int Count, double Rms, double Mean, double MeanStandardError, double Median, double Quantile99, double Quantile9999, double Largest,
    double ExcessKurtosis, ErrorHistogram Histogram)
{
    /// <summary>Takes the statistics of errors.</summary>
    /// <param name="errors">signed errors, one at least</param>
    /// <exception cref="ArgumentException">no errors, or one that is not finite</exception>
    public static ErrorDistribution Of(IReadOnlyList<double> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.Count == 0)
            throw new ArgumentException("a distribution needs an error at least", nameof(errors));
        double[] sizes = [.. errors.Select(Math.Abs)];
        Array.Sort(sizes);
        if (!sizes.All(double.IsFinite))
            throw new ArgumentException("an error is not finite", nameof(errors));
        var count = sizes.Length;
        var mean = errors.Average();
        (var second, var fourth) = (CentralMoment(errors, mean, 2), CentralMoment(errors, mean, 4));
        return new ErrorDistribution(
            count,
            Math.Sqrt(sizes.Average(size => size * size)),
            mean,
            Math.Sqrt(second / (count - 1)),
            Quantile(sizes, 0.5),
            Quantile(sizes, 0.99),
            Quantile(sizes, 0.9999),
            sizes[^1],
            fourth / (second * second) - 3,
            ErrorHistogram.Of(sizes));
    }

    /// <summary>-log2 of a size: bits of precision.</summary>
    public static double Bits(double size) => -Math.Log2(size);

    private static double CentralMoment(IReadOnlyList<double> values, double mean, int order) =>
        values.Average(value => Math.Pow(value - mean, order));

    /// <summary>Between the two nearest order statistics by linear interpolation (type 7 of Hyndman, Fan 1996; NumPy's default).</summary>
    private static double Quantile(double[] ascending, double share)
    {
        var position = share * (ascending.Length - 1);
        int below = (int)position, above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + (position - below) * (ascending[above] - ascending[below]);
    }
}

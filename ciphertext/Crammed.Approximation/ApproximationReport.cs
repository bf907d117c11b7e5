namespace Crammed.Approximation;

/// <summary>How an error is counted: |approximation - truth|, or that divided by |truth|.</summary>
public enum ErrorKind
{
    Absolute,
    Relative,
}

/// <summary>
/// Errors of an approximation against the true function, measured in double precision on a grid of equally spaced points with both
/// ends, and as -log2 ("bits"), the figures that tables of the literature report.
/// </summary>
public sealed record ApproximationReport(
    Interval Domain, ErrorKind Kind, int Points, double MaxError, double MeanError, double WorstAt)
{
    public const int DefaultPoints = 100_000;

    /// <summary>-log2 of the maximum error; infinite where the error is zero.</summary>
    public double WorstBits => -Math.Log2(MaxError);

    /// <summary>-log2 of the mean error; infinite where the error is zero.</summary>
    public double AverageBits => -Math.Log2(MeanError);

    /// <exception cref="ArgumentException">
    /// A value is not finite, or a relative error is asked for where the true function is zero.
    /// </exception>
    public static ApproximationReport Measure(
        Func<double, double> truth,
        Func<double, double> approximation,
        Interval domain,
        ErrorKind kind = ErrorKind.Absolute,
        int points = DefaultPoints)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(approximation);
        ArgumentNullException.ThrowIfNull(domain);
        double max = 0, sum = 0, worstAt = domain.Low;
        foreach (var x in domain.Grid(points))
        {
            var error = ErrorAt(x, truth(x), approximation(x), kind);
            sum += error;
            if (error > max)
                (max, worstAt) = (error, x);
        }

        return new ApproximationReport(domain, kind, points, max, sum / points, worstAt);
    }

    public override string ToString() =>
        $"{Kind.ToString().ToLowerInvariant()} error on {Domain}: max {MaxError:G3} ({WorstBits:F1} bits) at {WorstAt:G6}, "
        + $"mean {MeanError:G3} ({AverageBits:F1} bits)";

    private static double ErrorAt(double x, double truth, double approximation, ErrorKind kind)
    {
        if (kind == ErrorKind.Relative && truth == 0)
            throw new ArgumentException($"The function is zero at {x}, so a relative error has no meaning there.");
        var error = Math.Abs(approximation - truth);
        if (kind == ErrorKind.Relative)
            error /= Math.Abs(truth);
        return double.IsFinite(error)
            ? error
            : throw new ArgumentException($"At {x} the function is {truth} and its approximation {approximation}: not finite.");
    }
}

namespace Crammed.Cli.Reports;

/// <summary>The median of scores.</summary>
internal static class Median
{
    /// <summary>Of an even number of values, the mean of the middle two; NaN if one is NaN, which no order has a place for.</summary>
    public static double Of(IReadOnlyList<double> values)
    {
        if (values.Any(double.IsNaN))
            return double.NaN;
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

namespace Crammed.Cli.Plotting;

/// <summary>A plot of lines over one pair of axes.</summary>
internal sealed record LinePlot
{
    // The differences of larger values need not be finite.
    private const double Largest = 1e300;

    /// <summary>Above the plot.</summary>
    public required string Title { get; init; }

    /// <summary>Under the horizontal axis, with the unit.</summary>
    public required string XLabel { get; init; }

    /// <summary>Beside the vertical axis, with the unit.</summary>
    public required string YLabel { get; init; }

    /// <summary>The lines, at least one.</summary>
    public required IReadOnlyList<PlotSeries> Series { get; init; }

    /// <summary>A logarithmic horizontal axis; every X must be positive.</summary>
    public bool HasLogX { get; init; }

    /// <summary>A logarithmic vertical axis; every Y must be positive.</summary>
    public bool HasLogY { get; init; }

    /// <summary>Pixels.</summary>
    public int Width { get; init; } = 900;

    /// <summary>Pixels.</summary>
    public int Height { get; init; } = 540;

    /// <summary>Checks sizes and values.</summary>
    /// <exception cref="ArgumentException">No series, an empty one, unequal lengths, or a value that cannot be drawn.</exception>
    public void Validate()
    {
        if (Width is < 100 or > 10000 || Height is < 100 or > 10000)
            throw new ArgumentException($"the plot '{Title}' is {Width} x {Height} pixels; each must be 100 to 10000");
        if (Series.Count == 0)
            throw new ArgumentException($"the plot '{Title}' has no series");
        foreach (var series in Series)
        {
            if (series.X.Count == 0 || series.X.Count != series.Y.Count)
                throw new ArgumentException(
                    $"the series '{series.Name}' has {series.X.Count} x and {series.Y.Count} y values; expected as many, and some");
            RequireDrawable(series.Name, "x", series.X, HasLogX);
            RequireDrawable(series.Name, "y", series.Y, HasLogY);
            if (series.RawY is { } raw)
            {
                if (raw.Count != series.Y.Count)
                    throw new ArgumentException($"the series '{series.Name}' has {series.Y.Count} y and {raw.Count} raw y values");
                RequireDrawable(series.Name, "raw y", raw, HasLogY);
            }
        }
    }

    private static void RequireDrawable(string name, string axis, IReadOnlyList<double> values, bool isLogarithmic)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (!(Math.Abs(values[i]) <= Largest))
                throw new ArgumentException($"the series '{name}' has {axis}[{i}] = {values[i]}, which cannot be drawn");
            if (isLogarithmic && values[i] < 1 / Largest)
                throw new ArgumentException($"the series '{name}' has {axis}[{i}] = {values[i]}, which a logarithmic axis cannot show");
        }
    }
}

/// <summary>One line of a plot.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="X">Abscissae, as many as <paramref name="Y"/>.</param>
/// <param name="Y">Ordinates.</param>
/// <param name="ShowsPoints">Whether each value is also marked by a point.</param>
/// <param name="IsReference">Whether it is something to compare with: a thin grey line, dashed.</param>
/// <param name="LargestGap">Two neighbours whose abscissae differ by more are not joined.</param>
internal sealed record PlotSeries(
    string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, bool ShowsPoints = false, bool IsReference = false,
    double LargestGap = double.PositiveInfinity)
{
    /// <summary>Whether neighbours are joined.</summary>
    public bool ShowsLine { get; init; } = true;

    /// <summary>What <see cref="Y"/> was smoothed from, as many: a faint line behind it; null for nothing.</summary>
    public IReadOnlyList<double>? RawY { get; init; }
}

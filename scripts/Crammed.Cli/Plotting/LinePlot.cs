namespace Crammed.Cli.Plotting;

/// <summary>A plot of lines over one pair of axes.</summary>
internal sealed record LinePlot : PlotDescription
{
    /// <summary>Beside the vertical axis, with the unit.</summary>
    public required string YLabel { get; init; }

    /// <summary>The lines, at least one.</summary>
    public required IReadOnlyList<PlotSeries> Series { get; init; }

    /// <summary>A logarithmic horizontal axis; every X must be positive.</summary>
    public bool HasLogX { get; init; }

    /// <summary>A logarithmic vertical axis; every Y must be positive.</summary>
    public bool HasLogY { get; init; }

    /// <summary>Names of places along the horizontal axis, instead of numbers; none: numbers.</summary>
    public IReadOnlyList<PlotMark> XMarks { get; init; } = [];

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
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
}

/// <summary>A place with a name.</summary>
internal sealed record PlotMark(double X, string Name);

/// <summary>One line of a plot.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="X">Abscissae, as many as <paramref name="Y"/>.</param>
/// <param name="Y">Ordinates.</param>
/// <param name="ShowsPoints">Whether each value is also marked by a point.</param>
/// <param name="IsReference">Whether it is something to compare with: a thin line, grey unless it has a colour.</param>
/// <param name="LargestGap">Two neighbours whose abscissae differ by more are not joined.</param>
internal sealed record PlotSeries(
    string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, bool ShowsPoints = false, bool IsReference = false,
    double LargestGap = double.PositiveInfinity)
{
    /// <summary>Whether neighbours are joined.</summary>
    public bool ShowsLine { get; init; } = true;

    /// <summary>Its place in the palette, from 0, for what belongs together; null: the next one.</summary>
    public int? Colour { get; init; }

    /// <summary>What <see cref="Y"/> was smoothed from, as many: a faint line behind it; null for nothing.</summary>
    public IReadOnlyList<double>? RawY { get; init; }
}

namespace Crammed.Cli.Plotting;

/// <summary>Horizontal bars: a row for each name, in it a bar of each series, the first row on top.</summary>
internal sealed record BarPlot : PlotDescription
{
    /// <summary>Names of the rows, at least one.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    /// <summary>At least one, each with a value for every row.</summary>
    public required IReadOnlyList<BarSeries> Series { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Series.Count == 0 || Rows.Count == 0)
            throw new ArgumentException($"the plot '{Title}' has no bars");
        foreach (var series in Series)
        {
            if (series.Values.Count != Rows.Count)
                throw new ArgumentException($"the series '{series.Name}' has {series.Values.Count} values for {Rows.Count} rows");
            RequireDrawable(series.Name, "value", series.Values, isLogarithmic: false);
        }
    }
}

/// <summary>Bars of one colour.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Values">Lengths, row by row.</param>
internal sealed record BarSeries(string Name, IReadOnlyList<double> Values);

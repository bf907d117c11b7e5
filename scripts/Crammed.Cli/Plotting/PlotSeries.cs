namespace Crammed.Cli.Plotting;

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

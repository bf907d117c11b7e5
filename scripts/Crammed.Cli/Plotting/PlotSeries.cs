namespace Crammed.Cli.Plotting;

/// <summary>One line of a plot.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="X">Abscissae, as many as <paramref name="Y"/>.</param>
/// <param name="Y">Ordinates.</param>
/// <param name="ShowsPoints">Whether each value is also marked by a point.</param>
internal sealed record PlotSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, bool ShowsPoints = false);

namespace Crammed.Bert;

/// <summary>A score and how far chance in the choice of examples moves it.</summary>
/// <param name="Name">As in <see cref="Crammed.Text.MetricNames"/>.</param>
/// <param name="Value">The score; NaN where it is undefined (a correlation with a constant).</param>
/// <param name="StandardError">sqrt(p (1 - p) / n) for accuracy, otherwise the standard deviation over bootstrap samples.</param>
public sealed record MetricValue(string Name, double Value, double StandardError);

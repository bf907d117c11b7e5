namespace Crammed.Cli.Plotting;

/// <summary>Draws plots into files.</summary>
internal interface IPlotter
{
    /// <summary>Draws into a file, whole or not at all; its ending (.svg, .png) chooses the format.</summary>
    /// <exception cref="ArgumentException">The plot cannot be drawn or the ending is unknown.</exception>
    /// <exception cref="PlottingException">The drawing program is missing or failed.</exception>
    Task DrawAsync(LinePlot plot, string path, CancellationToken cancellationToken = default);
}

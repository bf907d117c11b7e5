namespace Crammed.Cli.Plotting;

/// <summary>A plot before it is drawn.</summary>
internal abstract record PlotDescription
{
    // The differences of larger values need not be finite.
    private const double Largest = 1e300;

    /// <summary>Above the plot.</summary>
    public required string Title { get; init; }

    /// <summary>Under the horizontal axis, with the unit.</summary>
    public required string XLabel { get; init; }

    /// <summary>Pixels.</summary>
    public int Width { get; init; } = 900;

    /// <summary>Pixels.</summary>
    public int Height { get; init; } = 540;

    /// <summary>Checks sizes and values.</summary>
    /// <exception cref="ArgumentException">No series, an empty one, unequal lengths, or a value that cannot be drawn.</exception>
    public virtual void Validate()
    {
        if (Width is < 100 or > 10000 || Height is < 100 or > 10000)
            throw new ArgumentException($"the plot '{Title}' is {Width} x {Height} pixels; each must be 100 to 10000");
    }

    private protected static void RequireDrawable(string name, string axis, IReadOnlyList<double> values, bool isLogarithmic)
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

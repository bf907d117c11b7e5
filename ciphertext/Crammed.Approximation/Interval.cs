namespace Crammed.Approximation;

/// <summary>A closed interval of finite reals with <c>Low &lt; High</c>: the domain an approximation is made for.</summary>
public sealed record Interval
{
    /// <exception cref="ArgumentException">An end is not finite, the ends are not ordered, or the width overflows.</exception>
    public Interval(double low, double high)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high) || !double.IsFinite(high - low))
            throw new ArgumentException($"An interval needs finite ends and a finite width, not [{low}, {high}].");
        if (low >= high)
            throw new ArgumentException($"An interval needs low < high, not [{low}, {high}].");
        Low = low;
        High = high;
    }

    /// <summary>[-1, 1], where the Chebyshev basis lives.</summary>
    public static Interval Unit { get; } = new(-1, 1);

    public double Low { get; }

    public double High { get; }

    public double Width => High - Low;

    public double Midpoint => Low + 0.5 * Width;

    public double HalfWidth => 0.5 * Width;

    public bool IsSymmetric => Low == -High;

    public bool Contains(double x) => x >= Low && x <= High;

    public bool Contains(Interval other) => other.Low >= Low && other.High <= High;

    /// <summary>Maps the interval affinely onto [-1, 1].</summary>
    public double ToUnit(double x) => (x - Midpoint) / HalfWidth;

    /// <summary>Maps [-1, 1] affinely onto the interval.</summary>
    public double FromUnit(double t) => Midpoint + HalfWidth * t;

    /// <summary><paramref name="count"/> equally spaced points, both ends included exactly.</summary>
    public IEnumerable<double> Grid(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        for (var i = 0; i < count - 1; i++)
            yield return Low + Width * i / (count - 1);
        yield return High;
    }

    public override string ToString() => $"[{Low:G9}, {High:G9}]";
}

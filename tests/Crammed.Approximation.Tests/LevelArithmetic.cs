namespace Crammed.Approximation.Tests;

/// <summary>
/// The contract of <see cref="IPolynomialArithmetic{T}"/> over doubles: counts products, refuses to go below level 0, and fails on
/// use after release, a second release, or the release of a value that it did not make.
/// </summary>
internal sealed class LevelArithmetic : IPolynomialArithmetic<LevelDouble>
{
    private readonly HashSet<LevelDouble> _alive = [];

    public int Multiplications { get; private set; }

    /// <summary>Values made and not yet released.</summary>
    public int Alive => _alive.Count;

    public int LevelOf(LevelDouble value) => value.Level;

    public LevelDouble Add(LevelDouble left, LevelDouble right) => Make(Use(left) + Use(right), Math.Min(left.Level, right.Level));

    public LevelDouble Subtract(LevelDouble left, LevelDouble right) => Make(Use(left) - Use(right), Math.Min(left.Level, right.Level));

    public LevelDouble AddConstant(LevelDouble value, double constant) => Make(Use(value) + constant, value.Level);

    public LevelDouble Multiply(LevelDouble left, LevelDouble right)
    {
        Multiplications++;
        return Make(Use(left) * Use(right), Math.Min(left.Level, right.Level) - 1);
    }

    public LevelDouble MultiplyScalar(LevelDouble value, double scalar) => Make(Use(value) * scalar, value.Level - 1);

    public LevelDouble LinearCombination(IReadOnlyList<LevelDouble> values, IReadOnlyList<double> coefficients, double constant)
    {
        Assert.That(values, Is.Not.Empty);
        Assert.That(coefficients, Has.Count.EqualTo(values.Count));
        return Make(constant + values.Zip(coefficients, (v, c) => Use(v) * c).Sum(), values.Min(v => v.Level) - 1);
    }

    public void Release(LevelDouble value)
    {
        Assert.That(_alive.Remove(value), "released a value that is not an intermediate, or twice");
        value.Released = true;
    }

    private static double Use(LevelDouble value) =>
        value.Released ? throw new InvalidOperationException("used after release") : value.Value;

    private LevelDouble Make(double value, int level)
    {
        if (level < 0)
            throw new InvalidOperationException("out of levels");
        var made = new LevelDouble(value, level);
        _alive.Add(made);
        return made;
    }
}

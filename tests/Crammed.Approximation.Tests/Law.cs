using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Approximation.Tests;

/// <summary>Runs a law on generated cases, the same ones every time.</summary>
internal static class Law
{
    public static Gen<double> Reals(double low, double high) =>
        Gen.Choose(0, 1_000_000).Select(i => low + (high - low) * i / 1_000_000);

    /// <summary>Intervals of width 0.01 to 100 within about 150 of zero.</summary>
    public static Gen<Interval> Intervals() =>
        from middle in Reals(-100, 100)
        from width in Reals(0.01, 100)
        select new Interval(middle - width / 2, middle + width / 2);

    /// <summary>Coefficients in [-1, 1], degree 1 to <paramref name="maxDegree"/>, a third of them zero.</summary>
    public static Gen<double[]> Coefficients(int maxDegree) =>
        from degree in Gen.Choose(1, maxDegree)
        from values in Reals(-1, 1).ArrayOf(degree + 1)
        from kept in Gen.Choose(0, 2).ArrayOf(degree + 1)
        select values.Select((c, i) => kept[i] > 0 ? c : 0).SkipLast(1).Append(0.5 + values[^1] / 4).ToArray();

    public static void Holds<T>(Gen<T> generator, Action<T> assertion) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20241, 2511),
            Prop.ForAll(generator.ToArbitrary(), assertion));
}

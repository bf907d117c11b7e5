namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>
/// A number of a plain computation with what bounds its rounding: it is a sum of terms, absolute values at most
/// <paramref name="Magnitude"/> in all, each rounded at most <paramref name="Count"/> times. Loops add one term after the other, so a sum
/// in any other order rounds its terms no more often (Higham, Accuracy and Stability of Numerical Algorithms, lemma 3.1): the bound is good
/// for circuits as well.
/// </summary>
internal readonly record struct Rounded(double Value, double Magnitude, double Count)
{
    /// <summary>What circuits round besides: scales and signs on masks, the Newton step's factors.</summary>
    private const int Extra = 16;

    public double Tolerance => new Rounding(Count + Extra, Magnitude).Tolerance;

    public static implicit operator Rounded(double value) => new(value, Math.Abs(value), 0);

    public static Rounded operator +(Rounded left, Rounded right) => left.Magnitude == 0 ? right
        : right.Magnitude == 0 ? left
        : new(left.Value + right.Value, left.Magnitude + right.Magnitude, Math.Max(left.Count, right.Count) + 1);

    public static Rounded operator -(Rounded value) => value with { Value = -value.Value };

    public static Rounded operator -(Rounded left, Rounded right) => left + -right;

    public static Rounded operator *(Rounded left, Rounded right) => left.Magnitude == 0 || right.Magnitude == 0
        ? default
        : new(left.Value * right.Value, left.Magnitude * right.Magnitude, left.Count + right.Count + 1);

    /// <summary>A number that is known up to an error, as one that was rounded so often.</summary>
    public static Rounded Within(double value, double error) => new(value, Math.Abs(value), error / (Math.Abs(value) * Rounding.Unit));
}

/// <summary>A number and its derivative along a direction: forward differentiation, which shares nothing with a backward pass.</summary>
internal readonly record struct Dual(Rounded Value, Rounded Tangent)
{
    public static implicit operator Dual(double value) => new(value, default);

    public static Dual operator +(Dual left, Dual right) => new(left.Value + right.Value, left.Tangent + right.Tangent);

    public static Dual operator -(Dual left, Dual right) => new(left.Value - right.Value, left.Tangent - right.Tangent);

    public static Dual operator *(Dual left, Dual right) =>
        new(left.Value * right.Value, left.Tangent * right.Value + left.Value * right.Tangent);
}

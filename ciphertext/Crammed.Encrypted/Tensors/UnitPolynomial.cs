using Crammed.Approximation;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// A polynomial on the image of its domain in [-1, 1], so that whoever computes the argument folds the map into masks of its own, which
/// spares the map's level.
/// </summary>
/// <param name="function">name among the program's polynomials</param>
/// <param name="approximation">on its own domain</param>
public sealed class UnitPolynomial(string function, ChebyshevPolynomial approximation)
{
    public string Function => function;

    /// <summary>On [-1, 1].</summary>
    public ChebyshevPolynomial OnUnit { get; } = new(Interval.Unit, approximation.Coefficients, approximation.MaxError);

    /// <summary>The image of x is Scale x + Shift.</summary>
    public double Scale => 1 / approximation.Domain.HalfWidth;

    /// <summary>See <see cref="Scale"/>.</summary>
    public double Shift => -approximation.Domain.Midpoint / approximation.Domain.HalfWidth;

    /// <summary>Of x.</summary>
    public Interval Domain => approximation.Domain;

    /// <summary>Levels from the image of x.</summary>
    public int Depth => OnUnit.Depth;

    /// <summary>The value at x.</summary>
    public double Evaluate(double x) => approximation.Evaluate(x);
}

using System.Numerics;

namespace Crammed.Approximation.Tests;

/// <summary>What the coefficients of a test polynomial look like.</summary>
internal enum CoefficientKind
{
    Real,
    Complex,
    Odd,
    Even,

    /// <summary>Two nonzero coefficients, the last among them.</summary>
    Sparse,
}

/// <summary>Polynomials and their values in doubles.</summary>
internal static class PolynomialOracle
{
    /// <summary>
    /// Coefficients of size 0.1 to 1, in both parts if complex; the degree is raised by one if its parity does not fit.
    /// </summary>
    public static Complex[] Coefficients(int degree, CoefficientKind kind)
    {
        var random = new Random(1000 * degree + (int)kind);
        if (kind == CoefficientKind.Odd && degree % 2 == 0 || kind == CoefficientKind.Even && degree % 2 == 1)
            degree++;
        var coefficients = new Complex[degree + 1];
        for (var i = 0; i <= degree; i++)
        {
            var present = kind switch
            {
                CoefficientKind.Odd => i % 2 == 1,
                CoefficientKind.Even => i % 2 == 0,
                CoefficientKind.Sparse => i == degree || i == degree / 3,
                _ => true,
            };
            // Away from zero, so that the degree is what it seems.
            double Part() => (random.Next(2) == 0 ? -1 : 1) * (0.1 + 0.9 * random.NextDouble());
            if (present)
                coefficients[i] = new Complex(Part(), kind == CoefficientKind.Complex ? Part() : 0);
        }
        return coefficients;
    }

    /// <summary>Σ c_i T_i(x) by Clenshaw's recurrence, or Σ c_i x^i by Horner's.</summary>
    public static Complex Evaluate(Complex[] coefficients, PolynomialBasis basis, Complex x)
    {
        Complex next = 0, afterNext = 0;
        for (var i = coefficients.Length - 1; i > 0; i--)
        {
            (next, afterNext) = basis == PolynomialBasis.Chebyshev
                ? (coefficients[i] + 2 * x * next - afterNext, next)
                : (coefficients[i] + x * next, 0);
        }
        return coefficients[0] + x * next - afterNext;
    }
}

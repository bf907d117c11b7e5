namespace Crammed.Approximation;

/// <summary>Symmetry of a polynomial about the middle of its domain, read from which Chebyshev coefficients are exactly zero.</summary>
public enum PolynomialParity
{
    None,
    Even,
    Odd,
}

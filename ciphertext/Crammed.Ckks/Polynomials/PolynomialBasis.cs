namespace Crammed.Ckks;

/// <summary>What the coefficients of a polynomial belong to.</summary>
public enum PolynomialBasis
{
    /// <summary>Chebyshev polynomials of the first kind, T_i(cos θ) = cos iθ: bounded by 1 on [-1, 1], so stable there.</summary>
    Chebyshev,

    /// <summary>Powers of the argument.</summary>
    Monomial,
}

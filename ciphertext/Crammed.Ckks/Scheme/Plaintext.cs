using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// An encoded message: one polynomial modulo q_0 ... q_Level in the transform's domain, with the scale its slots are multiplied by.
/// </summary>
public sealed class Plaintext : IDisposable
{
    /// <param name="parameters">the parameter set</param>
    /// <param name="polynomial">its own from here on</param>
    /// <param name="level">level of the polynomial</param>
    /// <param name="scale">what its slots are multiplied by</param>
    /// <param name="largest">bound on its coefficients, or null for the one that its level has</param>
    internal Plaintext(CkksParameters parameters, RnsPolynomial polynomial, int level, double scale, double? largest = null)
    {
        Parameters = parameters;
        Polynomial = polynomial;
        Level = level;
        Scale = scale;
        Largest = largest ?? parameters.LargestCoefficient(level);
    }

    public CkksParameters Parameters { get; }

    public int Level { get; }

    public double Scale { get; }

    /// <summary>Bound on the coefficients' size: no lower level holds them if it passes half its modulus.</summary>
    internal double Largest { get; }

    internal RnsPolynomial Polynomial { get; }

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose() => Polynomial.Dispose();
}

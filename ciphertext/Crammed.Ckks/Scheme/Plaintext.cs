using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// An encoded message: one polynomial modulo q_0 ... q_Level in the transform's domain, with the scale its slots are multiplied by.
/// </summary>
public sealed class Plaintext : IDisposable
{
    internal Plaintext(CkksParameters parameters, RnsPolynomial polynomial, int level, double scale)
    {
        Parameters = parameters;
        Polynomial = polynomial;
        Level = level;
        Scale = scale;
    }

    public CkksParameters Parameters { get; }

    public int Level { get; }

    public double Scale { get; }

    internal RnsPolynomial Polynomial { get; }

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose() => Polynomial.Dispose();
}

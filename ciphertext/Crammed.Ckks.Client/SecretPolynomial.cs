using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>Memory for secrets and errors: overwritten before it goes back to the pool, whatever happens in between.</summary>
internal sealed unsafe class SecretPolynomial(RingContext ring, int limbCount) : IDisposable
{
    /// <summary>The memory, while this object lives.</summary>
    public RnsPolynomial Polynomial { get; } = ring.Rent(limbCount);

    /// <summary>Small coefficients transformed modulo each of the ring's moduli.</summary>
    public static SecretPolynomial Transform(RingContext ring, ReadOnlySpan<double> coefficients)
    {
        var values = new SecretPolynomial(ring, ring.Moduli.Length);
        for (var i = 0; i < ring.Moduli.Length; i++)
        {
            coefficients.CopyTo(values.LimbSpan(i));
            ring.ForwardNtt(values.Limb(i), i);
        }
        return values;
    }

    public double* Limb(int index) => Polynomial.Limb(index);

    public Span<double> LimbSpan(int index) => Polynomial.LimbSpan(index);

    public void Dispose()
    {
        Polynomial.Clear();
        Polynomial.Dispose();
    }
}

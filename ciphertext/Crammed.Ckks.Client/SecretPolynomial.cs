using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>Scratch memory for secrets and errors: overwritten before it goes back to the pool, whatever happens in between.</summary>
internal sealed unsafe class SecretPolynomial(RingContext ring, int limbCount) : IDisposable
{
    /// <summary>The memory, while this object lives.</summary>
    public RnsPolynomial Polynomial { get; } = ring.Rent(limbCount);

    public double* Limb(int index) => Polynomial.Limb(index);

    public Span<double> LimbSpan(int index) => Polynomial.LimbSpan(index);

    public void Dispose()
    {
        Polynomial.Clear();
        Polynomial.Dispose();
    }
}

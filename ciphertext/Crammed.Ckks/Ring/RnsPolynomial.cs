using System.Runtime.InteropServices;

namespace Crammed.Ckks.Ring;

/// <summary>
/// Limbs of N residues each, one after another in pooled native memory; which modulus belongs to which limb, and whether they
/// hold coefficients or values, the owner knows.
/// </summary>
internal sealed unsafe class RnsPolynomial : IDisposable
{
    /// <summary>
    /// Doubles between limbs beyond their length: five cache lines, so that limbs read side by side do not fight for the same sets of the
    /// first-level cache, as they would at a distance of a power of two.
    /// </summary>
    private const int Padding = 40;

    private readonly long _stride;
    private double* _memory;

    public RnsPolynomial(int limbCount, int length)
    {
        LimbCount = limbCount;
        Length = length;
        _stride = length + Padding;
        _memory = ResidueMemory.Rent(limbCount * _stride);
    }

    public int LimbCount { get; }

    /// <summary>N: residues per limb.</summary>
    public int Length { get; }

    /// <summary>Bytes of residues, padding not counted.</summary>
    public long Bytes => (long)LimbCount * Length * sizeof(double);

    /// <summary>Bytes that the pool hands out for limbs of so many residues, padding counted.</summary>
    public static long AllocatedBytes(long limbCount, int length) => limbCount * (length + Padding) * sizeof(double);

    /// <summary>The address of a limb.</summary>
    public double* Limb(int index)
    {
        ObjectDisposedException.ThrowIf(_memory == null, this);
        if ((uint)index >= (uint)LimbCount)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"the polynomial has {LimbCount} limbs");
        return _memory + index * _stride;
    }

    public Span<double> LimbSpan(int index) => new(Limb(index), Length);

    /// <summary>Copies the first <paramref name="limbCount"/> limbs of a polynomial that has at least as many.</summary>
    public void CopyLimbsFrom(RnsPolynomial source, int limbCount)
    {
        for (var limb = 0; limb < limbCount; limb++)
            source.LimbSpan(limb).CopyTo(LimbSpan(limb));
    }

    /// <summary>Overwrites the memory before it goes back to the pool; for secrets.</summary>
    public void Clear()
    {
        if (_memory != null)
            NativeMemory.Clear(_memory, (nuint)(LimbCount * _stride * sizeof(double)));
    }

    public void Dispose()
    {
        var memory = _memory;
        _memory = null;
        if (memory != null)
            ResidueMemory.Return(memory);
    }
}

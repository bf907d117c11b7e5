namespace Crammed.Ckks.Ring;

/// <summary>
/// Limbs of N residues each in pooled native memory, each a buffer of its own, so that those of any polynomial serve any other; which
/// modulus belongs to which limb, and whether they hold coefficients or values, the owner knows.
/// </summary>
internal sealed unsafe class RnsPolynomial : IDisposable
{
    /// <summary>
    /// Doubles between limbs beyond their length: five cache lines, so that limbs read side by side do not fight for the same sets of the
    /// first-level cache, as they would at a distance of a power of two.
    /// </summary>
    private const int Padding = 40;

    /// <summary>Residues from which on a limb is a buffer of its own.</summary>
    private const int SmallestShared = 1 << 11;

    private double*[]? _limbs;

    public RnsPolynomial(int limbCount, int length)
    {
        LimbCount = limbCount;
        Length = length;
        _limbs = new double*[limbCount];
        ResidueMemory.NotePolynomial(1);
        if (limbCount == 0)
            return;
        var together = IsShared ? null : ResidueMemory.Rent((long)limbCount * (length + Padding));
        for (var limb = 0; limb < limbCount; limb++)
            _limbs[limb] = IsShared ? ResidueMemory.RentLimb(length + Padding) : together + (long)limb * (length + Padding);
    }

    public int LimbCount { get; }

    /// <summary>N: residues per limb.</summary>
    public int Length { get; }

    /// <summary>Whether each limb is a buffer of its own; small ones, and those of no ring, are one together.</summary>
    private bool IsShared => Length >= SmallestShared && int.IsPow2(Length);

    /// <summary>Bytes of residues, padding not counted.</summary>
    public long Bytes => (long)LimbCount * Length * sizeof(double);

    /// <summary>Bytes that the pool hands out for limbs of so many residues, padding counted.</summary>
    public static long AllocatedBytes(long limbCount, int length) => limbCount * (length + Padding) * sizeof(double);

    /// <summary>The address of a limb.</summary>
    public double* Limb(int index)
    {
        var limbs = _limbs;
        ObjectDisposedException.ThrowIf(limbs is null, this);
        return (uint)index < (uint)limbs.Length
            ? limbs[index]
            : throw new ArgumentOutOfRangeException(nameof(index), index, $"the polynomial has {LimbCount} limbs");
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
        for (var limb = 0; limb < LimbCount && _limbs is not null; limb++)
            LimbSpan(limb).Clear();
    }

    public void Dispose()
    {
        var limbs = _limbs;
        _limbs = null;
        if (limbs is null)
            return;
        for (var limb = 0; limb < (IsShared ? limbs.Length : Math.Min(limbs.Length, 1)); limb++)
            ResidueMemory.Return(limbs[limb]);
        ResidueMemory.NotePolynomial(-1);
    }
}

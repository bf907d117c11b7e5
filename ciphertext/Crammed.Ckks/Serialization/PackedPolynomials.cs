using System.Buffers;
using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Serialization;

/// <summary>
/// Polynomials over the same moduli, bit-packed limb by limb in buffers that are taken as limbs arrive.
/// </summary>
/// <param name="ring">the ring of the polynomials</param>
/// <param name="moduli">those of each polynomial's limbs</param>
internal sealed class PackedPolynomials(RingContext ring, Modulus[] moduli) : IDisposable
{
    private readonly List<byte[]> _limbs = [];

    /// <summary>The memory for the next limb's packed bytes.</summary>
    public Span<byte> Append()
    {
        var count = PackedBytes(_limbs.Count);
        _limbs.Add(ArrayPool<byte>.Shared.Rent(count));
        return _limbs[^1].AsSpan(0, count);
    }

    /// <summary>One of the polynomials, in new memory.</summary>
    /// <exception cref="CkksFormatException">a residue is not below its prime</exception>
    public RnsPolynomial Unpack(int index)
    {
        var polynomial = ring.Rent(moduli.Length);
        try
        {
            for (var limb = 0; limb < moduli.Length; limb++)
            {
                var packed = index * moduli.Length + limb;
                BitPacking.Unpack(_limbs[packed].AsSpan(0, PackedBytes(packed)), moduli[limb], polynomial.LimbSpan(limb));
            }
            return polynomial;
        }
        catch
        {
            polynomial.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var limb in _limbs)
            ArrayPool<byte>.Shared.Return(limb);
        _limbs.Clear();
    }

    private int PackedBytes(int limb) => BitPacking.PackedBytes(ring.N, moduli[limb % moduli.Length]);
}

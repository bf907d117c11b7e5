using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;
using Crammed.Files;

namespace Crammed.Ckks;

/// <summary>
/// An encrypted vector of N/2 slots: polynomials c_0, c_1 (and c_2 after an unrelinearized product) modulo q_0 ... q_Level in the
/// transform's domain, with c_0 + c_1 s + c_2 s^2 = Scale * message + noise. Dispose it when done: its memory is pooled.
/// </summary>
public sealed class Ciphertext : IDisposable
{
    private readonly RnsPolynomial[] _polynomials;

    internal Ciphertext(CkksParameters parameters, KeyId keyId, RnsPolynomial[] polynomials, int level, double scale, byte[]? seed = null)
    {
        Parameters = parameters;
        KeyId = keyId;
        _polynomials = polynomials;
        Level = level;
        Scale = scale;
        Seed = seed;
    }

    public CkksParameters Parameters { get; }

    /// <summary>Names the secret key that decrypts it.</summary>
    public KeyId KeyId { get; }

    /// <summary>How many rescales are left.</summary>
    public int Level { get; }

    /// <summary>What the slots are multiplied by.</summary>
    public double Scale { get; }

    /// <summary>2, or 3 for a product that is not yet relinearized.</summary>
    public int PolynomialCount => _polynomials.Length;

    /// <summary>Whether c_1 comes from a seed, as in a fresh encryption under the secret key: it serializes at half size.</summary>
    public bool IsSeeded => Seed is not null;

    /// <summary>Bytes of residue memory.</summary>
    public long Bytes => _polynomials.Sum(polynomial => polynomial.Bytes);

    /// <summary>What c_1 is expanded from, limb i from stream i; null once c_1 is anything else.</summary>
    internal byte[]? Seed { get; set; }

    internal RnsPolynomial this[int index] => _polynomials[index];

    /// <summary>A copy with memory of its own.</summary>
    public Ciphertext Clone() => CopyAtLevel(Level, Scale);

    /// <summary>
    /// Writes the ciphertext for <see cref="CiphertextReader"/>: bit-packed, and with a seed in place of c_1 where there is one.
    /// </summary>
    public void Write(Stream stream)
    {
        using var writer = new FormatWriter(stream, Parameters, KeyId, ObjectKind.Ciphertext);
        writer.WriteByte((byte)PolynomialCount);
        writer.WriteByte((byte)Level);
        writer.WriteByte((byte)(IsSeeded ? 1 : 0));
        writer.WriteDouble(Scale);
        for (var i = 0; i < (IsSeeded ? 1 : PolynomialCount); i++)
            writer.WritePolynomial(this[i]);
        if (Seed is not null)
            writer.WriteBytes(Seed);
        writer.WriteChecksum();
    }

    /// <summary>Writes a file that holds this ciphertext alone; it appears whole or not at all.</summary>
    public void Save(string path) => AtomicFile.Write(path, Write);

    /// <summary>Returns the memory to the pool; a second call does nothing.</summary>
    public void Dispose()
    {
        foreach (var polynomial in _polynomials)
            polynomial.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"ciphertext of {PolynomialCount} polynomials at level {Level}, scale 2^{Math.Log2(Scale):F3}";

    /// <summary>A ciphertext with uninitialized polynomials.</summary>
    internal static Ciphertext Allocate(CkksParameters parameters, KeyId keyId, int polynomialCount, int level, double scale)
    {
        var polynomials = new RnsPolynomial[polynomialCount];
        for (var i = 0; i < polynomialCount; i++)
            polynomials[i] = parameters.Ring.Rent(level + 1);
        return new Ciphertext(parameters, keyId, polynomials, level, scale);
    }

    /// <summary>For operations of many steps, which are not to begin with an operand that is gone.</summary>
    internal unsafe void ThrowIfDisposed() => _polynomials[0].Limb(0);

    internal Ciphertext CopyAtLevel(int level, double scale)
    {
        var copy = Allocate(Parameters, KeyId, PolynomialCount, level, scale);
        for (var i = 0; i < PolynomialCount; i++)
            copy[i].CopyLimbsFrom(this[i], level + 1);
        copy.Seed = Seed;
        return copy;
    }
}

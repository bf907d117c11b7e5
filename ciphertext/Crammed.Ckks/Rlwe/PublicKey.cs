using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;
using Crammed.Files;

namespace Crammed.Ckks;

/// <summary>
/// An encryption of zero modulo q_0 ... q_L, (b, a) with b + a s = e, that lets anyone encrypt. Its half a comes from a seed, limb i
/// from stream i.
/// </summary>
public sealed class PublicKey : IDisposable
{
    internal PublicKey(CkksParameters parameters, KeyId keyId, byte[] seed, RnsPolynomial masked, RnsPolynomial uniform)
    {
        Parameters = parameters;
        KeyId = keyId;
        Seed = seed;
        Masked = masked;
        Uniform = uniform;
    }

    public CkksParameters Parameters { get; }

    /// <summary>Names the secret key that decrypts what this one encrypts.</summary>
    public KeyId KeyId { get; }

    public long Bytes => Masked.Bytes + Uniform.Bytes;

    internal byte[] Seed { get; }

    internal RnsPolynomial Masked { get; }

    internal RnsPolynomial Uniform { get; }

    /// <summary>Writes the key for <see cref="PublicKeyReader"/>, its uniform half as a seed.</summary>
    public void Write(Stream stream)
    {
        using var writer = new FormatWriter(stream, Parameters, KeyId, ObjectKind.PublicKey);
        writer.WriteBytes(Seed);
        writer.WritePolynomial(Masked);
        writer.WriteChecksum();
    }

    /// <summary>Writes a file that holds this key alone; it appears whole or not at all.</summary>
    public void Save(string path) => AtomicFile.Write(path, Write);

    public void Dispose()
    {
        Masked.Dispose();
        Uniform.Dispose();
    }
}

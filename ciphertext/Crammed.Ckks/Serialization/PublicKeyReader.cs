using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks;

/// <summary>Reads public keys that <see cref="PublicKey.Write"/> wrote.</summary>
public static class PublicKeyReader
{
    /// <summary>Reads one key and leaves the stream behind its last byte.</summary>
    /// <exception cref="CkksFormatException">the bytes are not a public key of these parameters, or damaged</exception>
    public static PublicKey Read(Stream stream, CkksParameters parameters)
    {
        using var reader = new FormatReader(stream, parameters, ObjectKind.PublicKey);
        var seed = reader.ReadSeed();
        using var packed = reader.ReadPolynomials(1, parameters.MaxLevel);
        reader.VerifyChecksum();
        var masked = packed.Unpack(0);
        var uniform = UniformExpander.Expand(parameters.Ring, parameters.MaxLevel + 1, seed);
        return new PublicKey(parameters, reader.KeyId, seed, masked, uniform);
    }

    /// <summary>Reads a file that holds one key and nothing else.</summary>
    /// <exception cref="CkksFormatException">its contents are anything else</exception>
    public static PublicKey Load(string path, CkksParameters parameters) => ObjectFile.Load(path, stream => Read(stream, parameters));
}

using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks;

/// <summary>Reads ciphertexts that <see cref="Ciphertext.Write"/> wrote.</summary>
public static class CiphertextReader
{
    /// <summary>Reads one ciphertext and leaves the stream behind its last byte.</summary>
    /// <exception cref="CkksFormatException">the bytes are not a ciphertext of these parameters, or damaged</exception>
    public static Ciphertext Read(Stream stream, CkksParameters parameters)
    {
        using var reader = new FormatReader(stream, parameters, ObjectKind.Ciphertext);
        int count = reader.ReadByte();
        FormatReader.Check(count is 2 or 3, $"a ciphertext has 2 or 3 polynomials, not {count}");
        var level = reader.ReadLevel();
        var seeded = reader.ReadFlag("the mark of a seeded ciphertext");
        FormatReader.Check(!seeded || count == 2, "a seeded ciphertext has 2 polynomials");
        var scale = reader.ReadDouble();
        FormatReader.Check(double.IsNormal(scale) && scale > 0, $"a scale is a positive number, not {scale}");
        var stored = seeded ? 1 : count;
        using var packed = reader.ReadPolynomials(stored, level);
        var seed = seeded ? reader.ReadSeed() : null;
        reader.VerifyChecksum();
        var polynomials = new RnsPolynomial?[count];
        try
        {
            for (var i = 0; i < stored; i++)
                polynomials[i] = packed.Unpack(i);
            if (seed is not null)
                polynomials[1] = UniformExpander.Expand(parameters.Ring, level + 1, seed);
            return new Ciphertext(parameters, reader.KeyId, polynomials!, level, scale, seed);
        }
        catch
        {
            foreach (var polynomial in polynomials)
                polynomial?.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that holds one ciphertext and nothing else.</summary>
    /// <exception cref="CkksFormatException">its contents are anything else</exception>
    public static Ciphertext Load(string path, CkksParameters parameters) => ObjectFile.Load(path, stream => Read(stream, parameters));
}

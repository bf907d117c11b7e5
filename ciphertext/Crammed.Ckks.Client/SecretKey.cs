using System.Security.Cryptography;
using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;
using Crammed.Files;

namespace Crammed.Ckks.Client;

/// <summary>
/// The key that decrypts: a ternary polynomial of the parameters' <see cref="CkksParameters.Secret"/> distribution. Its memory is
/// overwritten on <see cref="Dispose"/>. It never leaves the key holder; servers get <see cref="EvaluationKeys"/>.
/// </summary>
public sealed class SecretKey : IDisposable
{
    private const int CoefficientsPerByte = 4;

    private readonly RnsPolynomial _coefficients;
    private readonly SecretPolynomial _values;

    private SecretKey(CkksParameters parameters, KeyId keyId, RnsPolynomial coefficients)
    {
        Parameters = parameters;
        KeyId = keyId;
        _coefficients = coefficients;
        _values = SecretPolynomial.Transform(parameters.Ring, coefficients.LimbSpan(0));
    }

    public CkksParameters Parameters { get; }

    /// <summary>Its name: random, and in everything that is made with it.</summary>
    public KeyId KeyId { get; }

    /// <summary>The ternary coefficients.</summary>
    internal ReadOnlySpan<double> Coefficients => _coefficients.LimbSpan(0);

    /// <summary>The transformed secret modulo each of the ring's moduli, special ones included.</summary>
    internal RnsPolynomial Values => _values.Polynomial;

    /// <summary>A new secret key from the operating system's generator.</summary>
    public static SecretKey Generate(CkksParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var coefficients = parameters.Ring.Rent(1);
        using var sampler = new SecretSampler();
        if (parameters.Secret.HammingWeight is int weight)
            sampler.FillSparseTernary(coefficients.LimbSpan(0), weight);
        else
            sampler.FillTernary(coefficients.LimbSpan(0));
        return new SecretKey(parameters, KeyId.Generate(), coefficients);
    }

    /// <summary>Writes the key, two bits a coefficient (the coefficient plus one). Not encrypted.</summary>
    public void Write(Stream stream)
    {
        using var writer = new FormatWriter(stream, Parameters, KeyId, ObjectKind.SecretKey);
        Span<byte> packed = stackalloc byte[Parameters.N / CoefficientsPerByte];
        packed.Clear();
        try
        {
            var coefficients = Coefficients;
            for (var i = 0; i < coefficients.Length; i++)
                packed[i / CoefficientsPerByte] |= (byte)((int)coefficients[i] + 1 << 2 * (i % CoefficientsPerByte));
            writer.WriteBytes(packed);
            writer.WriteChecksum();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(packed);
        }
    }

    /// <summary>Reads a key that <see cref="Write"/> wrote and leaves the stream behind its last byte.</summary>
    /// <exception cref="CkksFormatException">the bytes are not a secret key of these parameters, or damaged</exception>
    public static SecretKey Read(Stream stream, CkksParameters parameters)
    {
        using var reader = new FormatReader(stream, parameters, ObjectKind.SecretKey);
        Span<byte> packed = stackalloc byte[parameters.N / CoefficientsPerByte];
        RnsPolynomial? coefficients = null;
        try
        {
            reader.ReadBytes(packed);
            reader.VerifyChecksum();
            coefficients = parameters.Ring.Rent(1);
            Unpack(packed, coefficients.LimbSpan(0), parameters);
            return new SecretKey(parameters, reader.KeyId, coefficients);
        }
        catch
        {
            coefficients?.Clear();
            coefficients?.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(packed);
        }
    }

    /// <summary>Writes a file that only its owner may read or write (mode 0600, but for Windows); it appears whole or not at all.</summary>
    public void Save(string path) => AtomicFile.Write(path, Write, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>Reads a file that holds one secret key and nothing else.</summary>
    /// <exception cref="CkksFormatException">its contents are anything else</exception>
    public static SecretKey Load(string path, CkksParameters parameters) => ObjectFile.Load(path, stream => Read(stream, parameters));

    /// <summary>Overwrites the key and returns its memory.</summary>
    public void Dispose()
    {
        _coefficients.Clear();
        _coefficients.Dispose();
        _values.Dispose();
    }

    private static void Unpack(ReadOnlySpan<byte> packed, Span<double> coefficients, CkksParameters parameters)
    {
        var weight = 0;
        var isTernary = true;
        for (var i = 0; i < coefficients.Length; i++)
        {
            var digit = packed[i / CoefficientsPerByte] >> 2 * (i % CoefficientsPerByte) & 3;
            isTernary &= digit != 3;
            weight += digit & 1 ^ 1;
            coefficients[i] = digit - 1;
        }
        FormatReader.Check(isTernary, "a coefficient of the secret key is not -1, 0 or 1");
        FormatReader.Check(weight == (parameters.Secret.HammingWeight ?? weight), $"the secret key is not a {parameters.Secret}");
    }
}

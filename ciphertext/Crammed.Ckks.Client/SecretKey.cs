using System.Security.Cryptography;
using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks.Client;

/// <summary>
/// The key that decrypts: a uniform ternary polynomial. Its memory is overwritten on <see cref="Dispose"/>. It never leaves the key
/// holder; servers get <see cref="EvaluationKeys"/>.
/// </summary>
public sealed unsafe class SecretKey : IDisposable
{
    private const int CoefficientsPerByte = 4;

    private readonly RnsPolynomial _coefficients;
    private readonly RnsPolynomial _values;

    private SecretKey(CkksParameters parameters, RnsPolynomial coefficients)
    {
        Parameters = parameters;
        RingContext ring = parameters.Ring;
        _coefficients = coefficients;
        _values = ring.Rent(ring.Moduli.Length);
        for (int i = 0; i < ring.Moduli.Length; i++)
        {
            _coefficients.LimbSpan(0).CopyTo(_values.LimbSpan(i));
            ring.ForwardNtt(_values.Limb(i), i);
        }
    }

    public CkksParameters Parameters { get; }

    /// <summary>The ternary coefficients.</summary>
    internal ReadOnlySpan<double> Coefficients => _coefficients.LimbSpan(0);

    /// <summary>The transformed secret modulo each of the ring's moduli, special ones included.</summary>
    internal RnsPolynomial Values => _values;

    /// <summary>A new secret key from the operating system's generator.</summary>
    public static SecretKey Generate(CkksParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        RnsPolynomial coefficients = parameters.Ring.Rent(1);
        using var sampler = new SecretSampler();
        sampler.FillTernary(coefficients.LimbSpan(0));
        return new SecretKey(parameters, coefficients);
    }

    /// <summary>Writes the key: two bits a coefficient (the coefficient plus one), and SHA-256 of these bytes. Not encrypted.</summary>
    public void Write(Stream stream)
    {
        var writer = new FormatWriter(stream, Parameters, ObjectKind.SecretKey);
        Span<byte> packed = stackalloc byte[Parameters.N / CoefficientsPerByte];
        packed.Clear();
        ReadOnlySpan<double> coefficients = Coefficients;
        for (int i = 0; i < coefficients.Length; i++)
            packed[i / CoefficientsPerByte] |= (byte)((int)coefficients[i] + 1 << 2 * (i % CoefficientsPerByte));
        writer.WriteBytes(packed);
        writer.WriteBytes(SHA256.HashData(packed));
        CryptographicOperations.ZeroMemory(packed);
    }

    /// <summary>Reads a key that <see cref="Write"/> wrote and leaves the stream behind its last byte.</summary>
    /// <exception cref="CkksFormatException">the bytes are not a secret key of these parameters</exception>
    public static SecretKey Read(Stream stream, CkksParameters parameters)
    {
        var reader = new FormatReader(stream, parameters, ObjectKind.SecretKey);
        Span<byte> packed = stackalloc byte[parameters.N / CoefficientsPerByte];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        reader.ReadBytes(packed);
        reader.ReadBytes(hash);
        FormatReader.Check(hash.SequenceEqual(SHA256.HashData(packed)), "the secret key does not match its checksum: it is damaged");
        RnsPolynomial coefficients = parameters.Ring.Rent(1);
        Span<double> values = coefficients.LimbSpan(0);
        bool isTernary = true;
        for (int i = 0; i < values.Length; i++)
        {
            int digit = packed[i / CoefficientsPerByte] >> 2 * (i % CoefficientsPerByte) & 3;
            isTernary &= digit != 3;
            values[i] = digit - 1;
        }
        CryptographicOperations.ZeroMemory(packed);
        if (!isTernary)
        {
            coefficients.Clear();
            coefficients.Dispose();
            throw new CkksFormatException("a coefficient of the secret key is not -1, 0 or 1");
        }
        return new SecretKey(parameters, coefficients);
    }

    /// <summary>Writes a file that only its owner may read or write (mode 0600, but for Windows); it appears whole or not at all.</summary>
    public void Save(string path) => ObjectFile.Save(path, Write, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>Reads a file that holds one secret key and nothing else.</summary>
    /// <exception cref="CkksFormatException">its contents are anything else</exception>
    public static SecretKey Load(string path, CkksParameters parameters) => ObjectFile.Load(path, stream => Read(stream, parameters));

    /// <summary>Overwrites the key and returns its memory.</summary>
    public void Dispose()
    {
        _coefficients.Clear();
        _coefficients.Dispose();
        _values.Clear();
        _values.Dispose();
    }
}

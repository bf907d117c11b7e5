namespace Crammed.Ckks.Client.Tests;

/// <summary>A small ring with the primes of a real one, and its tools, made once.</summary>
internal static class ClientSetup
{
    public static CkksParameters Parameters { get; } = CkksParameters.Create(NamedParameters.InsecureN11);

    public static SecretKey Secret { get; } = SecretKey.Generate(Parameters);

    public static KeyGenerator Generator { get; } = new(Secret);

    public static CkksEncoder Encoder { get; } = new(Parameters);

    public static Decryptor Decryptor { get; } = new(Secret);

    public static NoiseEstimator Noise { get; } = new(Parameters);

    public static double[] RandomSlots(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Parameters.SlotCount).Select(_ => 2 * random.NextDouble() - 1)];
    }

    /// <summary>A copy that says that it belongs to another key.</summary>
    public static Ciphertext WithKeyId(Ciphertext ciphertext, KeyId keyId)
    {
        var copy = Ciphertext.Allocate(ciphertext.Parameters, keyId, ciphertext.PolynomialCount, ciphertext.Level, ciphertext.Scale);
        for (var i = 0; i < ciphertext.PolynomialCount; i++)
            copy[i].CopyLimbsFrom(ciphertext[i], ciphertext.Level + 1);
        return copy;
    }

    /// <summary>The root mean square of decrypted slots minus expected ones.</summary>
    public static double RmsError(Ciphertext ciphertext, double[] expected)
    {
        var slots = Decryptor.DecryptToSlots(ciphertext);
        return Math.Sqrt(slots.Zip(expected, (actual, value) => Math.Pow(actual - value, 2)).Average());
    }
}

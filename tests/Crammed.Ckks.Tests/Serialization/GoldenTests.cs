using System.Security.Cryptography;
using Crammed.Ckks.Client;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks.Tests.Serialization;

/// <summary>
/// The bytes of fixed objects never change. A failure means that files written before can no longer be read: raise
/// <see cref="FormatHeader.Version"/>, and only then write the new hash here.
/// </summary>
[TestFixture]
internal sealed class GoldenTests
{
    private static readonly CkksParameters Parameters =
        CkksParameters.Create(new("insecure-N11", 11, [46, .. Enumerable.Repeat(36, 8)], [50, 50], 36));

    [Test]
    public void Parameters_have_the_identifier_they_had() =>
        Assert.That(
            Convert.ToHexStringLower(Parameters.Identifier),
            Is.EqualTo("6bfd89ce6819048e021dfeac3b5b07ca473976a64e06b7a9bc686d4701f9006e"));

    [TestCase(2, true, "28463bcfd052ba6e81ef03884a196b6588f6a6fc1e01c2980a0514c13c46649c")]
    [TestCase(2, false, "5f8bbd4e010f9cd619747ecdefee47a5ae0ecdf897bcef8936a63305bf9d1fb5")]
    [TestCase(3, false, "b912cc5072252b52800516589678fe98481bce30da25c4be25c5da2cba709385")]
    public void Ciphertexts(int polynomials, bool isSeeded, string hash)
    {
        using var ciphertext = FixedObjects.Ciphertext(Parameters, 4, polynomials, isSeeded);
        AssertHash(ciphertext.Write, hash);
    }

    [Test]
    public void Public_keys()
    {
        using var key = FixedObjects.PublicKey(Parameters);
        AssertHash(key.Write, "35352552f06ad864b544ce6ef3f3fb0d3d4cbed54779cadcdc303f0875413459");
    }

    [Test]
    public void Evaluation_keys()
    {
        using var file = new TemporaryFile();
        FixedObjects.SaveKeys(Parameters, file.Path);
        Assert.That(Hash(File.ReadAllBytes(file.Path)), Is.EqualTo("d81dd8988e27b2d267175002bddbb90f703cd56b291e9ea41c81346af915d862"));
    }

    [Test]
    public void Keys_of_the_ephemeral_secret()
    {
        using var file = new TemporaryFile();
        FixedObjects.SaveKeys(FixedObjects.SmallestBootstrapping, FixedObjects.EphemeralKeyList, file.Path);
        Assert.That(Hash(File.ReadAllBytes(file.Path)), Is.EqualTo("0c9b8814dc4ced46fe79d08fd9189297bf71fb1e8c524a42c7ad41f66852d47c"));
    }

    /// <summary>Secret keys cannot be built from outside, so the format is spelled out: header, two bits a coefficient, SHA-256.</summary>
    [Test]
    public void Secret_keys()
    {
        var expected = new MemoryStream();
        expected.Write("CRAMCKKS"u8);
        expected.Write([3, 0, 4, 0]);
        expected.Write(Parameters.Identifier);
        expected.Write(Enumerable.Range(1, 16).Select(i => (byte)i).ToArray());
        for (var i = 0; i < Parameters.N / 4; i++)
            expected.WriteByte((byte)(i % 3 | (i + 1) % 3 << 2 | i / 3 % 3 << 4 | i / 9 % 3 << 6));
        expected.Write(SHA256.HashData(expected.ToArray()));
        using var key = SecretKey.Read(new MemoryStream(expected.ToArray()), Parameters);
        Assert.That(key.KeyId, Is.EqualTo(FixedObjects.KeyId));
        for (var i = 0; i < Parameters.N / 4; i++)
        {
            double[] coefficients = [i % 3 - 1, (i + 1) % 3 - 1, i / 3 % 3 - 1, i / 9 % 3 - 1];
            Assert.That(key.Coefficients.Slice(4 * i, 4).ToArray(), Is.EqualTo(coefficients));
        }
        var written = new MemoryStream();
        key.Write(written);
        Assert.That(written.ToArray(), Is.EqualTo(expected.ToArray()));
    }

    private static void AssertHash(Action<Stream> write, string hash)
    {
        var stream = new MemoryStream();
        write(stream);
        Assert.That(Hash(stream.ToArray()), Is.EqualTo(hash));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

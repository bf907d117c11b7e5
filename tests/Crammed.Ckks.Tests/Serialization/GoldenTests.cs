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

    [TestCase(2, true, "c63b1da1f0f53ac3ffa05f8129258ae58dac8579ea05017b24a027e260240bc7")]
    [TestCase(2, false, "0a0779a7a0e61a8fc9943f2061d5bcbbc080b166fe9b2725d81ae92cce558985")]
    [TestCase(3, false, "a5b0eb5cba640a68c2b39ba6ea27d3e47116ec7cb9801b08a3ccc1c28b890a1c")]
    public void Ciphertexts(int polynomials, bool isSeeded, string hash)
    {
        using var ciphertext = FixedObjects.Ciphertext(Parameters, 4, polynomials, isSeeded);
        AssertHash(ciphertext.Write, hash);
    }

    [Test]
    public void Public_keys()
    {
        using var key = FixedObjects.PublicKey(Parameters);
        AssertHash(key.Write, "72ae0c596555826141dab2fc0b2506a2ccf634e95c0282869bbec101c544c3a1");
    }

    [Test]
    public void Evaluation_keys()
    {
        using var file = new TemporaryFile();
        FixedObjects.SaveKeys(Parameters, file.Path);
        Assert.That(Hash(File.ReadAllBytes(file.Path)), Is.EqualTo("eca56d6dd8e5a482e7c58f8e9a123f3d590b526df670573063c5a8aba7ad5408"));
    }

    [Test]
    public void Keys_of_the_ephemeral_secret()
    {
        using var file = new TemporaryFile();
        FixedObjects.SaveKeys(FixedObjects.SmallestBootstrapping, FixedObjects.EphemeralKeyList, file.Path);
        Assert.That(Hash(File.ReadAllBytes(file.Path)), Is.EqualTo("bf06ee6067b42610d6aef756992652865b701dfbfa77b831eab940ec3bc7eb8b"));
    }

    /// <summary>Secret keys cannot be built from outside, so the format is spelled out: header, two bits a coefficient, SHA-256.</summary>
    [Test]
    public void Secret_keys()
    {
        var expected = new MemoryStream();
        expected.Write("CRAMCKKS"u8);
        expected.Write([2, 0, 4, 0]);
        expected.Write(Parameters.Identifier);
        for (var i = 0; i < Parameters.N / 4; i++)
            expected.WriteByte((byte)(i % 3 | (i + 1) % 3 << 2 | i / 3 % 3 << 4 | i / 9 % 3 << 6));
        expected.Write(SHA256.HashData(expected.ToArray()));
        using var key = SecretKey.Read(new MemoryStream(expected.ToArray()), Parameters);
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

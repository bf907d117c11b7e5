using System.Buffers.Binary;
using System.Security.Cryptography;
using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Identity;

/// <summary>Ids go with objects through files, and files of the version without them are refused.</summary>
[TestFixture]
internal sealed class SerializedIdentityTests
{
    private const int VersionOffset = 8;
    private const int IdOffset = 12 + 32;

    private readonly CkksParameters _parameters = CkksParameters.Create(NamedParameters.InsecureN11);
    private SecretKey _secret = null!;

    [OneTimeSetUp]
    public void MakeKey() => _secret = SecretKey.Generate(_parameters);

    [OneTimeTearDown]
    public void DisposeKey() => _secret.Dispose();

    [Test]
    public void Ids_come_back()
    {
        using var publicKey = new KeyGenerator(_secret).CreatePublicKey();
        using Ciphertext symmetric = new Encryptor(_secret).Encrypt([0.5], 2), asymmetric = new Encryptor(publicKey).Encrypt([0.5], 2);
        using var product = IdentitySetup.Encrypt(_secret, 3, polynomials: 3);
        Check(_secret.Write, stream => SecretKey.Read(stream, _parameters), key => key.KeyId);
        Check(publicKey.Write, stream => PublicKeyReader.Read(stream, _parameters), key => key.KeyId);
        foreach (var ciphertext in new[] { symmetric, asymmetric, product })
        {
            Assert.That(ciphertext.KeyId, Is.EqualTo(_secret.KeyId));
            Check(ciphertext.Write, stream => CiphertextReader.Read(stream, _parameters), read => read.KeyId);
        }
    }

    [Test]
    public void Ids_of_evaluation_keys_come_back_also_where_there_are_none()
    {
        foreach (var request in new[] { EvaluationKeyRequest.Of(1, [(1, 1)]), EvaluationKeyRequest.Of(null, []) })
        {
            using var file = new TemporaryFile();
            new KeyGenerator(_secret).SaveEvaluationKeys(file.Path, request);
            using var saved = EvaluationKeys.Open(file.Path, _parameters);
            Assert.That(saved.KeyId, Is.EqualTo(_secret.KeyId));
            using var created = new KeyGenerator(_secret).CreateEvaluationKeys(request);
            Assert.That(created.KeyId, Is.EqualTo(_secret.KeyId));
        }
    }

    /// <summary>Everything of one key has its 16 bytes in one place, and no other key has them.</summary>
    [Test]
    public void The_id_stands_in_the_common_header()
    {
        using var ciphertext = new Encryptor(_secret).Encrypt([0.5], 0);
        var id = Convert.FromHexString(_secret.KeyId.ToString());
        Assert.That(Bytes(_secret.Write)[IdOffset..(IdOffset + 16)], Is.EqualTo(id));
        Assert.That(Bytes(ciphertext.Write)[IdOffset..(IdOffset + 16)], Is.EqualTo(id));
        using var other = SecretKey.Generate(_parameters);
        Assert.That(other.KeyId, Is.Not.EqualTo(_secret.KeyId));
    }

    [Test]
    public void The_version_without_ids_is_refused()
    {
        using var ciphertext = new Encryptor(_secret).Encrypt([0.5], 0);
        var bytes = Bytes(ciphertext.Write);
        byte[] old = [.. bytes[..IdOffset], .. bytes[(IdOffset + 16)..]];
        BinaryPrimitives.WriteUInt16LittleEndian(old.AsSpan(VersionOffset), 2);
        SHA256.HashData(old.AsSpan(..^32), old.AsSpan(^32..));
        Assert.That(
            () => CiphertextReader.Read(new MemoryStream(old), _parameters),
            Throws.InstanceOf<CkksFormatException>().With.Message.EqualTo(
                "the object has version 2, this program reads 3; make keys and ciphertexts again"));
    }

    private void Check<T>(Action<Stream> write, Func<Stream, T> read, Func<T, KeyId> idOf)
        where T : IDisposable
    {
        using var back = read(new MemoryStream(Bytes(write)));
        Assert.That(idOf(back), Is.EqualTo(_secret.KeyId));
    }

    private static byte[] Bytes(Action<Stream> write)
    {
        var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}

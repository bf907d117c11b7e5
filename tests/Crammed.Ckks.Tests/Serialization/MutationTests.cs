using Crammed.Ckks.Client;
using Crammed.Ckks.Serialization;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Serialization;

/// <summary>
/// Damaged objects either are refused with <see cref="CkksFormatException"/> or are still valid objects; nothing else happens, and no
/// memory is lost or taken for what is not there. The smallest ring keeps this quick.
/// </summary>
[TestFixture]
internal sealed class MutationTests
{
    private static readonly CkksParametersLiteral Literal = new("insecure-N7", 7, [46, 36, 36], [50, 50], 36);

    private CkksSetup _setup = null!;

    private static readonly string[] Kinds = ["seeded", "computed", "keys", "public", "secret"];

    [OneTimeSetUp]
    public void SetUp() => _setup = CkksSetup.Of(Literal);

    [TestCaseSource(nameof(Kinds))]
    public void Every_change_of_a_header_byte_is_refused_or_harmless(string kind)
    {
        byte[] bytes = Serialize(kind);
        long live = ResidueMemory.LiveBuffers;
        int refused = 0, tried = 0;
        for (int position = 0; position < FormatHeader.Bytes + 16; position++)
        {
            foreach (byte change in new byte[] { 1, 2, 0x80, 0xff })
            {
                byte[] damaged = (byte[])bytes.Clone();
                damaged[position] ^= change;
                bool isRefused = IsRefused(kind, damaged);
                Assert.That(isRefused || position >= FormatHeader.Bytes, $"byte {position} of the common header changed unnoticed");
                refused += isRefused ? 1 : 0;
                tried++;
            }
        }
        Assert.That(refused, Is.InRange(4 * FormatHeader.Bytes, tried));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Random_damage_of_the_body_is_refused_or_harmless(string kind)
    {
        byte[] bytes = Serialize(kind);
        var random = new Random(11);
        long live = ResidueMemory.LiveBuffers;
        for (int trial = 0; trial < 200; trial++)
        {
            byte[] damaged = (byte[])bytes.Clone();
            for (int change = random.Next(1, 4); change > 0; change--)
                damaged[random.Next(FormatHeader.Bytes, damaged.Length)] = (byte)random.Next(256);
            bool isRefused = IsRefused(kind, damaged);
            Assert.That(isRefused || kind != "secret" || damaged.SequenceEqual(bytes), "a secret key has a checksum");
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Every_truncation_is_refused(string kind)
    {
        byte[] bytes = Serialize(kind);
        long live = ResidueMemory.LiveBuffers;
        for (int length = 0; length < bytes.Length; length += length < 100 ? 1 : 37)
        {
            Assert.That(IsRefused(kind, bytes[..length]), $"{length} of {bytes.Length} bytes");
            Assert.That(IsRefused(kind, bytes[..length], seekable: false), $"{length} of {bytes.Length} bytes, not seekable");
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void A_header_that_promises_more_than_the_stream_holds_takes_no_memory()
    {
        byte[] bytes = Serialize("keys");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(IsRefused("keys", bytes[..(FormatHeader.Bytes + 6 + 32)]));
        // The message and the streams, but no limb (a limb of this ring has 1 KiB, the key 20 of them).
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16_000));
    }

    private byte[] Serialize(string kind)
    {
        using Ciphertext fresh = _setup.Encryptor.Encrypt(_setup.RandomSlots(1), 2);
        using Ciphertext computed = _setup.Evaluator.Square(fresh);
        using EvaluationKeys keys = _setup.Generator.CreateEvaluationKeys(1, [(1, 2), (2, 0)]);
        using PublicKey publicKey = _setup.Generator.CreatePublicKey();
        var stream = new MemoryStream();
        Action<Stream> write = kind switch
        {
            "seeded" => fresh.Write,
            "computed" => computed.Write,
            "keys" => keys.Write,
            "public" => publicKey.Write,
            _ => _setup.Secret.Write,
        };
        write(stream);
        return stream.ToArray();
    }

    /// <summary>Reads the bytes; any exception but the documented one fails the test.</summary>
    private bool IsRefused(string kind, byte[] bytes, bool seekable = true)
    {
        Stream stream = seekable ? new MemoryStream(bytes) : new System.IO.Compression.DeflateStream(
            Deflate(bytes), System.IO.Compression.CompressionMode.Decompress);
        try
        {
            IDisposable read = kind switch
            {
                "seeded" or "computed" => CiphertextReader.Read(stream, _setup.Parameters),
                "keys" => EvaluationKeysReader.Read(stream, _setup.Parameters),
                "public" => PublicKeyReader.Read(stream, _setup.Parameters),
                _ => SecretKey.Read(stream, _setup.Parameters),
            };
            read.Dispose();
            return false;
        }
        catch (CkksFormatException)
        {
            return true;
        }
    }

    private static MemoryStream Deflate(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(
            compressed, System.IO.Compression.CompressionLevel.NoCompression, leaveOpen: true))
            deflate.Write(bytes);
        compressed.Position = 0;
        return compressed;
    }
}

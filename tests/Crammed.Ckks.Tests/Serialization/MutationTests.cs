using System.IO.Compression;
using System.Security.Cryptography;
using Crammed.Ckks.Client;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks.Tests.Serialization;

/// <summary>
/// Damaged objects are refused with <see cref="CkksFormatException"/>; nothing else happens, and no memory is lost or taken for what is
/// not there. Evaluation keys, which are read from files, have <see cref="KeySetMutationTests"/>.
/// </summary>
[TestFixture]
internal sealed class MutationTests
{
    private static readonly string[] Kinds = ["seeded", "computed", "public", "secret"];

    private static readonly CkksParameters Larger = CkksParameters.Create(NamedParameters.InsecureN11);

    private static CkksParameters Smallest => FixedObjects.Smallest;

    [TestCaseSource(nameof(Kinds))]
    public void A_change_of_any_byte_is_refused(string kind)
    {
        var bytes = Serialize(kind, Smallest);
        var random = new Random(5);
        var live = ResidueMemory.LiveBuffers;
        for (var position = 0; position < bytes.Length; position++)
        {
            var original = bytes[position];
            foreach (var change in new[] { 1 << random.Next(8), random.Next(1, 256) })
            {
                bytes[position] ^= (byte)change;
                Assert.That(IsRefused(kind, new MemoryStream(bytes), Smallest), $"byte {position} of {bytes.Length}, change {change}");
                bytes[position] = original;
            }
        }
        Assert.That(IsRefused(kind, new MemoryStream(bytes), Smallest), Is.False);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_flipped_bit_of_a_larger_object_is_refused(string kind)
    {
        var bytes = Serialize(kind, Larger);
        var random = new Random(6);
        for (var trial = 0; trial < 200; trial++)
        {
            (var position, var bit) = (random.Next(bytes.Length), (byte)(1 << random.Next(8)));
            bytes[position] ^= bit;
            Assert.That(IsRefused(kind, new MemoryStream(bytes), Larger), $"byte {position} of {bytes.Length}, bit {bit}");
            bytes[position] ^= bit;
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Every_truncation_is_refused(string kind)
    {
        var bytes = Serialize(kind, Smallest);
        var live = ResidueMemory.LiveBuffers;
        for (var length = 0; length < bytes.Length; length += length < 100 ? 1 : 37)
        {
            Assert.That(IsRefused(kind, new MemoryStream(bytes, 0, length), Smallest), $"{length} of {bytes.Length} bytes");
            Assert.That(IsRefused(kind, Unseekable(bytes[..length]), Smallest), $"{length} of {bytes.Length} bytes, not seekable");
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    /// <summary>A stream that does not know its length: what comes back is the object, and what follows it stays.</summary>
    [TestCaseSource(nameof(Kinds))]
    public void Objects_are_read_from_streams_that_cannot_seek(string kind)
    {
        var bytes = Serialize(kind, Smallest);
        using Stream stream = Unseekable([.. bytes, .. bytes, 77]);
        Assert.That(IsRefused(kind, stream, Smallest), Is.False);
        Assert.That(IsRefused(kind, stream, Smallest), Is.False);
        Assert.That(stream.ReadByte(), Is.EqualTo(77));
    }

    /// <summary>
    /// A ciphertext of this ring may have 3 polynomials of 9 limbs with 16 KiB of residues each. Its header alone, or with a few bytes
    /// more, takes buffers for one packed limb at most, and no residues: none were given back to the pool, which was empty.
    /// </summary>
    [Test]
    public void A_header_that_promises_more_than_the_stream_holds_takes_no_memory([Values] bool isSeekable)
    {
        var bytes = Serialize("computed", Larger)[..(FormatHeader.Bytes + 11 + 100)];
        Assert.That(IsRefused("computed", isSeekable ? new MemoryStream(bytes) : Unseekable(bytes), Larger));
        Stream stream = isSeekable ? new MemoryStream(bytes) : Unseekable(bytes);
        ResidueMemory.Trim();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(IsRefused("computed", stream, Larger));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(32_000));
        Assert.That(ResidueMemory.CachedBytes, Is.Zero);
    }

    /// <summary>Lies with a right checksum, as a forger would write them.</summary>
    [TestCase(FormatHeader.Bytes, 4, "2 or 3 polynomials, not 4")]
    [TestCase(FormatHeader.Bytes + 1, 3, "the level is 3, insecure-N7 has levels 0 to 2")]
    [TestCase(FormatHeader.Bytes + 1, 255, "the level is 255")]
    [TestCase(FormatHeader.Bytes + 2, 2, "seeded ciphertext is 2")]
    [TestCase(FormatHeader.Bytes + 2, 1, "seeded ciphertext has 2 polynomials")]
    [TestCase(FormatHeader.Bytes + 10, 0xff, "a scale is a positive number")]
    [TestCase(FormatHeader.Bytes + 16, 0xff, "not below its prime")]
    public void Lies_are_refused_whatever_the_checksum(int position, byte value, string words)
    {
        var bytes = Serialize("computed", Smallest);
        bytes.AsSpan(FormatHeader.Bytes + 11, 10).Fill(position > FormatHeader.Bytes + 11 ? (byte)0xff : (byte)0);
        bytes[position] = value;
        SHA256.HashData(bytes.AsSpan(..^32), bytes.AsSpan(^32..));
        var live = ResidueMemory.LiveBuffers;
        Assert.That(
            () => CiphertextReader.Read(new MemoryStream(bytes), Smallest),
            Throws.InstanceOf<CkksFormatException>().With.Message.Contains(words));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    private static byte[] Serialize(string kind, CkksParameters parameters)
    {
        using var seeded = FixedObjects.Ciphertext(parameters, parameters.MaxLevel, 2, isSeeded: true);
        using var computed = FixedObjects.Ciphertext(parameters, parameters.MaxLevel, 3, isSeeded: false);
        using var publicKey = FixedObjects.PublicKey(parameters);
        using var secret = SecretKey.Generate(parameters);
        var stream = new MemoryStream();
        Action<Stream> write = kind switch
        {
            "seeded" => seeded.Write,
            "computed" => computed.Write,
            "public" => publicKey.Write,
            _ => secret.Write,
        };
        write(stream);
        return stream.ToArray();
    }

    /// <summary>Reads an object; any exception but the documented one fails the test.</summary>
    private static bool IsRefused(string kind, Stream stream, CkksParameters parameters)
    {
        try
        {
            IDisposable read = kind switch
            {
                "seeded" or "computed" => CiphertextReader.Read(stream, parameters),
                "public" => PublicKeyReader.Read(stream, parameters),
                _ => SecretKey.Read(stream, parameters),
            };
            read.Dispose();
            return false;
        }
        catch (CkksFormatException)
        {
            return true;
        }
    }

    private static DeflateStream Unseekable(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.NoCompression, leaveOpen: true))
            deflate.Write(bytes);
        compressed.Position = 0;
        return new DeflateStream(compressed, CompressionMode.Decompress);
    }
}

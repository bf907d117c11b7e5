using System.Buffers.Binary;
using System.Security.Cryptography;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks.Tests.Serialization;

/// <summary>A damaged file of evaluation keys is refused when it is opened, or when the damaged key is used.</summary>
[TestFixture]
internal sealed class KeySetMutationTests
{
    private const int EntryBytes = 58;
    private const int FirstEntry = FormatHeader.Bytes + 4;

    private TemporaryFile _file = null!;
    private byte[] _bytes = null!;

    private static CkksParameters Parameters => FixedObjects.Smallest;

    private static int ManifestBytes => FirstEntry + FixedObjects.KeyList.Length * EntryBytes + 32;

    [SetUp]
    public void SetUp()
    {
        _file = new TemporaryFile();
        FixedObjects.SaveKeys(Parameters, _file.Path);
        _bytes = File.ReadAllBytes(_file.Path);
    }

    [TearDown]
    public void TearDown() => _file.Dispose();

    [Test]
    public void A_change_of_any_byte_is_refused() => AssertChangesAreRefused(Parameters, ManifestBytes);

    [Test]
    public void A_change_of_any_byte_of_the_ephemeral_secrets_keys_is_refused()
    {
        FixedObjects.SaveKeys(FixedObjects.SmallestBootstrapping, FixedObjects.EphemeralKeyList, _file.Path);
        _bytes = File.ReadAllBytes(_file.Path);
        AssertChangesAreRefused(FixedObjects.SmallestBootstrapping, FirstEntry + 3 * EntryBytes + 32);
    }

    [Test]
    public void Truncations_and_trailing_bytes_are_refused_when_the_file_is_opened()
    {
        for (var length = 0; length < _bytes.Length; length += length < ManifestBytes + 10 ? 1 : 37)
        {
            File.WriteAllBytes(_file.Path, _bytes[..length]);
            Assert.That(() => EvaluationKeys.Open(_file.Path, Parameters), Throws.InstanceOf<CkksFormatException>(), $"{length} bytes");
        }
        File.WriteAllBytes(_file.Path, [.. _bytes, 0]);
        Assert.That(
            () => EvaluationKeys.Open(_file.Path, Parameters),
            Throws.InstanceOf<CkksFormatException>().With.Message.EqualTo($"{_file.Path}: 1 bytes follow the last key"));
    }

    [Test]
    public void A_damaged_key_is_named_and_the_others_work()
    {
        _bytes[^1] ^= 1;
        File.WriteAllBytes(_file.Path, _bytes);
        using var keys = EvaluationKeys.Open(_file.Path, Parameters);
        Assert.That(keys.Relinearization, Is.Not.Null);
        var live = ResidueMemory.LiveBuffers;
        for (var trial = 0; trial < 2; trial++)
        {
            Assert.That(
                () => keys.TryGetRotation(5, out _),
                Throws.InstanceOf<CkksFormatException>().With.Message.StartsWith($"{_file.Path}: Rotation key by 5: "));
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        Assert.That(keys.Manifest[^1].IsLoaded, Is.False);
    }

    /// <summary>Lies with a right checksum of the manifest, as a forger would write them.</summary>
    [TestCase(FormatHeader.Bytes, int.MaxValue, 4, "there are 2147483647 keys, allowed are 0 to 65")]
    [TestCase(FormatHeader.Bytes, -1, 4, "there are -1 keys")]
    [TestCase(FirstEntry, 0, 1, "no key of kind 0 with 0 steps")]
    [TestCase(FirstEntry, 3, 1, "no key of kind 3 with 0 steps")]
    [TestCase(FirstEntry, 2, 1, "key 1 is not behind key 0")]
    [TestCase(FirstEntry + 1, 0, 1, "a key of level 0 has 1 digits of 4 limbs, it must have 1 of 3")]
    [TestCase(FirstEntry + 1, 9, 1, "the level is 9")]
    [TestCase(FirstEntry + 2, 2, 2, "a key of level 1 has 2 digits of 4 limbs, it must have 1 of 4")]
    [TestCase(FirstEntry + 4, 0xffff, 2, "1 digits of 65535 limbs")]
    [TestCase(FirstEntry + 6, 1, 4, "no key of kind 1 with 1 steps")]
    [TestCase(FirstEntry + 10, 5, 4, "key 0 has ")]
    [TestCase(FirstEntry + 18, int.MaxValue, 4, "key 0 has 2147483647 bytes")]
    [TestCase(FirstEntry + 2 * EntryBytes + 6, 64, 4, "no key of kind 3 with 64 steps")]
    [TestCase(FirstEntry + 2 * EntryBytes + 6, 6, 4, "key 3 is not behind key 2")]
    [TestCase(FirstEntry + 2 * EntryBytes + 6, 5, 4, "key 3 is not behind key 2")]
    public void Lies_of_the_manifest_are_refused_whatever_its_checksum(int position, int value, int bytes, string words)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, value);
        number.AsSpan(0, bytes).CopyTo(_bytes.AsSpan(position));
        AssertLieIsRefused(Parameters, ManifestBytes, words);
    }

    /// <summary>
    /// The keys of the ephemeral secret have one level, and one modulus: a key to it modulo anything but q_0 and one special prime is
    /// refused.
    /// </summary>
    [TestCase(1, 1, 3, 1, "a key of kind 4 has level 3, it must have 0")]
    [TestCase(1, 2, 2, 1, "a key of level 0 has 2 digits of 2 limbs, it must have 1 of 2")]
    [TestCase(1, 4, 3, 1, "a key of level 0 has 1 digits of 3 limbs, it must have 1 of 2")]
    [TestCase(1, 6, 1, 4, "no key of kind 4 with 1 steps")]
    [TestCase(2, 1, 3, 1, "a key of kind 5 has level 3, it must have 4")]
    [TestCase(2, 2, 3, 1, "a key of level 4 has 3 digits of 7 limbs, it must have 1 of 7")]
    [TestCase(2, 4, 6, 1, "a key of level 4 has 1 digits of 6 limbs, it must have 1 of 7")]
    [TestCase(2, 6, 1, 4, "no key of kind 5 with 1 steps")]
    public void Lies_about_the_ephemeral_secrets_keys_are_refused(int entry, int field, int value, int bytes, string words)
    {
        FixedObjects.SaveKeys(FixedObjects.SmallestBootstrapping, FixedObjects.EphemeralKeyList, _file.Path);
        _bytes = File.ReadAllBytes(_file.Path);
        var number = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, value);
        number.AsSpan(0, bytes).CopyTo(_bytes.AsSpan(FirstEntry + entry * EntryBytes + field));
        AssertLieIsRefused(FixedObjects.SmallestBootstrapping, FirstEntry + 3 * EntryBytes + 32, words);
    }

    /// <summary>A set without bootstrapping has no such keys.</summary>
    [TestCase(4)]
    [TestCase(5)]
    public void Keys_of_an_ephemeral_secret_are_refused_where_there_is_none(byte kind)
    {
        _bytes[FirstEntry + 3 * EntryBytes] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(FirstEntry + 3 * EntryBytes + 6), 0);
        AssertLieIsRefused(Parameters, ManifestBytes, $"there is no key of kind {kind} with 0 steps");
    }

    [Test]
    public void Keys_of_other_parameters_are_refused()
    {
        var other = CkksParameters.Create(Parameters.Literal with { Secret = SecretDistribution.SparseTernary(5) });
        Assert.That(
            () => EvaluationKeys.Open(_file.Path, other),
            Throws.InstanceOf<CkksFormatException>().With.Message.Contains("made with parameters other than"));
    }

    private void AssertChangesAreRefused(CkksParameters parameters, int manifestBytes)
    {
        var random = new Random(7);
        var live = ResidueMemory.LiveBuffers;
        using var handle = File.OpenHandle(_file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        for (var position = 0; position < _bytes.Length; position++)
        {
            RandomAccess.Write(handle, [(byte)(_bytes[position] ^ 1 << random.Next(8))], position);
            Assert.That(IsRefused(parameters), $"byte {position} of {_bytes.Length}");
            // What the manifest says is known to be wrong before any key is read.
            if (position < manifestBytes)
                Assert.That(() => EvaluationKeys.Open(_file.Path, parameters), Throws.InstanceOf<CkksFormatException>());
            RandomAccess.Write(handle, [_bytes[position]], position);
        }
        Assert.That(IsRefused(parameters), Is.False);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    /// <summary>Writes the changed bytes with a right checksum of the manifest.</summary>
    private void AssertLieIsRefused(CkksParameters parameters, int manifestBytes, string words)
    {
        SHA256.HashData(_bytes.AsSpan(0, manifestBytes - 32), _bytes.AsSpan(manifestBytes - 32, 32));
        File.WriteAllBytes(_file.Path, _bytes);
        Assert.That(
            () => EvaluationKeys.Open(_file.Path, parameters), Throws.InstanceOf<CkksFormatException>().With.Message.Contains(words));
    }

    /// <summary>Whether the keys are refused, loaded one by one and together: both must say the same.</summary>
    private bool IsRefused(CkksParameters parameters)
    {
        bool one = Fails(() => FixedObjects.LoadEach(_file.Path, parameters)), all = Fails(() => LoadAll(parameters));
        Assert.That(all, Is.EqualTo(one));
        return all;

        static bool Fails(Action load)
        {
            try
            {
                load();
                return false;
            }
            catch (CkksFormatException)
            {
                return true;
            }
        }
    }

    private void LoadAll(CkksParameters parameters)
    {
        using var keys = EvaluationKeys.Open(_file.Path, parameters);
        keys.LoadAll(resources: SystemResources.Unchecked);
    }
}

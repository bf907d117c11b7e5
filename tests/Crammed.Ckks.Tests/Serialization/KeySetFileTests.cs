using System.Numerics;
using System.Security.Cryptography;
using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Serialization;

[TestFixture]
internal sealed class KeySetFileTests
{
    private static CkksParameters Parameters => FixedObjects.Smallest;

    [Test]
    public void Keys_come_back_bit_by_bit_and_only_when_asked_for()
    {
        using var file = new TemporaryFile();
        var live = ResidueMemory.LiveBuffers;
        FixedObjects.SaveKeys(Parameters, file.Path);
        using (var keys = EvaluationKeys.Open(file.Path, Parameters))
        {
            Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
            Assert.That(keys.Manifest.Select(key => key.IsLoaded), Is.All.False);
            Assert.That(keys.TryGetRotation(2, out _), Is.False);
            Assert.That(keys.TryGetRotation(64, out _), Is.False);
            Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
            // Steps count modulo N/2 = 64.
            Assert.That(keys.TryGetRotation(1 - 64, out var one));
            Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live + 2));
            Assert.That(keys.Manifest.Select(key => key.IsLoaded), Is.EqualTo(new[] { false, false, true, false }));
            Assert.That(keys.Bytes, Is.EqualTo(one!.Bytes).And.EqualTo(keys.Manifest[2].MemoryBytes));
            Assert.That(keys.TryGetRotation(5, out var five) && keys.TryGetConjugation(out var conjugation)
                && AreFixed([keys.Relinearization!, conjugation!, one, five!]));
            Assert.That(keys.Bytes, Is.EqualTo(keys.Manifest.Sum(key => key.MemoryBytes)));
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));

        static bool AreFixed(SwitchingKey[] actual)
        {
            foreach ((var key, (var id, var level)) in actual.Zip(FixedObjects.KeyList))
            {
                using var expected = FixedObjects.SwitchingKey(Parameters, id, level);
                ResidueAssert.AreSame(expected, key);
            }
            return true;
        }
    }

    /// <summary>The file is what its documentation says, read by other means.</summary>
    [Test]
    public void The_layout_is_the_documented_one()
    {
        using var file = new TemporaryFile();
        FixedObjects.SaveKeys(Parameters, file.Path);
        var bytes = File.ReadAllBytes(file.Path);
        using var reader = new BinaryReader(new MemoryStream(bytes));
        Assert.That(reader.ReadBytes(12), Is.EqualTo("CRAMCKKS\x03\0\x02\0"u8.ToArray()));
        Assert.That(reader.ReadBytes(32), Is.EqualTo(Parameters.Identifier.ToArray()));
        Assert.That(reader.ReadBytes(16), Is.EqualTo(Enumerable.Range(1, 16)));
        Assert.That(reader.ReadInt32(), Is.EqualTo(4));
        long end = 60 + 4 + 4 * 58 + 32;
        foreach ((var id, var level) in FixedObjects.KeyList)
        {
            Assert.That((reader.ReadByte(), reader.ReadByte()), Is.EqualTo(((byte)id.Kind, (byte)level)));
            int digits = level / 2 + 1, limbs = level + 3;
            Assert.That((reader.ReadUInt16(), reader.ReadUInt16()), Is.EqualTo(((ushort)digits, (ushort)limbs)));
            Assert.That(reader.ReadInt32(), Is.EqualTo(id.Steps));
            long offset = reader.ReadInt64(), count = reader.ReadInt64();
            Assert.That(offset, Is.EqualTo(end));
            end += count;
            var checksum = reader.ReadBytes(32);
            using var key = FixedObjects.SwitchingKey(Parameters, id, level);
            byte[] body = [.. bytes.Skip((int)offset).Take((int)count)];
            AssertBody(body, key, checksum);
        }
        Assert.That(end, Is.EqualTo(bytes.Length));
        Assert.That(reader.ReadBytes(32), Is.EqualTo(SHA256.HashData(bytes.AsSpan(0, 60 + 4 + 4 * 58))));
    }

    [Test]
    public void A_set_without_keys_is_a_file_too()
    {
        using var file = new TemporaryFile();
        var generator = CkksSetup.Of(NamedParameters.InsecureN11).Generator;
        Assert.That(generator.SaveEvaluationKeys(file.Path, EvaluationKeyRequest.Of(null, [])), Is.Empty);
        using var keys = EvaluationKeys.Open(file.Path, CkksSetup.Of(NamedParameters.InsecureN11).Parameters);
        Assert.That((keys.Bytes, keys.Manifest.Count, keys.Relinearization), Is.EqualTo((0L, 0, (SwitchingKey?)null)));
    }

    /// <summary>Keys from a file switch as those in memory do: with the predicted noise.</summary>
    [Test]
    public void Keys_from_a_file_evaluate()
    {
        var setup = CkksSetup.Of(NamedParameters.InsecureN11);
        using var file = new TemporaryFile();
        setup.Generator.SaveEvaluationKeys(file.Path, EvaluationKeyRequest.Of(4, [(3, 4)], 4));
        using var keys = EvaluationKeys.Open(file.Path, setup.Parameters);
        var evaluator = new Evaluator(setup.Parameters, keys);
        var values = setup.RandomSlots(1);
        using var fresh = setup.Encryptor.Encrypt(values, 4);
        var error = SlotAssert.Together(
            setup.Noise.FreshSymmetric(fresh.Scale), setup.Noise.EncodeRounding(fresh.Scale), setup.Noise.KeySwitch(4, fresh.Scale));
        using Ciphertext rotated = evaluator.Rotate(fresh, 3), conjugate = evaluator.Conjugate(fresh);
        SlotAssert.HaveNoise(setup, rotated, i => values[(i + 3) % values.Length], error);
        SlotAssert.HaveNoise(setup, conjugate, i => values[i], error);
        using Ciphertext square = evaluator.Square(fresh), relinearized = evaluator.Relinearize(square);
        // Messages up to 1 double the operands' error, at the square of their scale.
        var product = SlotAssert.Together(2 * error, setup.Noise.KeySwitch(4, square.Scale));
        SlotAssert.AreClose(setup, relinearized, i => values[i] * values[i], product);
    }

    /// <summary>
    /// A rotation key over 24 + 7 limbs in 3 digits: 93 MiB of residues, and in the file a seed and half as many residues of as many bits
    /// as their primes have, below 37 MiB.
    /// </summary>
    [Test]
    public void A_rotation_key_of_the_benchmark_set_has_93_MiB_in_memory_and_less_than_37_in_the_file()
    {
        var parameters = CkksParameters.Create(NamedParameters.N16QP1320);
        using var secret = SecretKey.Generate(parameters);
        using var file = new TemporaryFile();
        var made = new KeyGenerator(secret).SaveEvaluationKeys(file.Path, EvaluationKeyRequest.Of(null, [(1, 23)])).Single();
        Assert.That((made.DigitCount, made.LimbCount, made.MemoryBytes), Is.EqualTo((3, 31, 93L << 20)));
        var bits = parameters.Moduli.Concat(parameters.SpecialModuli).Sum(modulus => 64 - BitOperations.LeadingZeroCount(modulus));
        var expected = 32 + 3L * bits * parameters.N / 8;
        Assert.That(made.FileBytes, Is.EqualTo(expected).And.LessThan(37L << 20));
        Assert.That(new FileInfo(file.Path).Length, Is.EqualTo(60 + 4 + 58 + 32 + expected));
        using var keys = EvaluationKeys.Open(file.Path, parameters);
        Assert.That(keys.TryGetRotation(1, out var key));
        Assert.That((key!.Bytes, keys.Bytes), Is.EqualTo((93L << 20, 93L << 20)));
    }

    /// <summary>Seed, residues as one long integer for each limb, and the hash over the hashes of limbs.</summary>
    private static void AssertBody(byte[] body, SwitchingKey key, byte[] checksum)
    {
        Assert.That(body[..32], Is.EqualTo(key.Seed));
        var hashed = new MemoryStream();
        hashed.Write(body.AsSpan(0, 32));
        var next = 32;
        for (var limb = 0; limb < key.Masked.LimbCount; limb++)
        {
            var modulus = Parameters.Ring.Moduli[key.ModulusIndex(limb)];
            var bits = 64 - BitOperations.LeadingZeroCount(modulus.Value);
            var packed = body[next..(next += Parameters.N / 8 * bits)];
            var expected = BigInteger.Zero;
            for (var i = Parameters.N - 1; i >= 0; i--)
                expected = (expected << bits) + modulus.Canonical(key.Masked.LimbSpan(limb)[i]);
            Assert.That(new BigInteger(packed, isUnsigned: true), Is.EqualTo(expected));
            hashed.Write(SHA256.HashData(packed));
        }
        Assert.That(next, Is.EqualTo(body.Length));
        Assert.That(checksum, Is.EqualTo(SHA256.HashData(hashed.ToArray())));
    }
}

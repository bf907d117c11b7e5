using Crammed.Ckks.Client;
using Crammed.Ckks.Serialization;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Serialization;

[TestFixture]
internal sealed class SerializationTests
{
    private const int PolynomialBits = 46 + 3 * 36;

    private CkksSetup _setup = null!;
    private double[] _values = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = CkksSetup.Of(NamedParameters.InsecureN11);
        _values = _setup.RandomSlots(1);
    }

    [Test]
    public void Seeded_ciphertexts_come_back_bit_by_bit_at_half_size()
    {
        using var fresh = _setup.Encryptor.Encrypt(_values, 3);
        var bytes = Write(fresh.Write);
        // Primes next to a power of two have one bit more than it says if they lie above it.
        var bits = Enumerable.Range(0, 4).Sum(i => _setup.Parameters.Ring.Moduli[i].BitLength);
        Assert.That(bits, Is.InRange(PolynomialBits, PolynomialBits + 3));
        Assert.That(bytes, Has.Length.EqualTo(FormatHeader.Bytes + 11 + _setup.Parameters.N / 8 * bits + 32 + 32));
        using var back = CiphertextReader.Read(new MemoryStream(bytes), _setup.Parameters);
        AssertSame(fresh, back);
        Assert.That(back.IsSeeded);
        Assert.That(Write(back.Write), Is.EqualTo(bytes));
    }

    [Test]
    public void Computed_ciphertexts_come_back_bit_by_bit()
    {
        using var fresh = _setup.Encryptor.Encrypt(_values, 3);
        using Ciphertext product = _setup.Evaluator.Square(fresh), sum = _setup.Evaluator.Add(fresh, fresh);
        foreach (var ciphertext in new[] { product, sum })
        {
            var bytes = Write(ciphertext.Write);
            using var back = CiphertextReader.Read(new MemoryStream(bytes), _setup.Parameters);
            AssertSame(ciphertext, back);
            Assert.That(back.IsSeeded, Is.False);
        }
    }

    [Test]
    public void A_seeded_ciphertext_changed_in_its_second_half_is_no_longer_seeded()
    {
        using var sum = _setup.Encryptor.Encrypt(_values, 2);
        using var other = _setup.Encryptor.Encrypt(_values, 2);
        _setup.Evaluator.AddInPlace(sum, other);
        using var back = CiphertextReader.Read(new MemoryStream(Write(sum.Write)), _setup.Parameters);
        SlotAssert.AreClose(_setup, back, i => 2 * _values[i], 2 * _setup.Noise.FreshSymmetric(sum.Scale));
    }

    [Test]
    public void Several_objects_follow_each_other_in_one_stream()
    {
        using Ciphertext first = _setup.Encryptor.Encrypt(_values, 1), second = _setup.Encryptor.Encrypt(_values, 2);
        var stream = new MemoryStream();
        first.Write(stream);
        second.Write(stream);
        stream.Position = 0;
        using var firstBack = CiphertextReader.Read(stream, _setup.Parameters);
        using var secondBack = CiphertextReader.Read(stream, _setup.Parameters);
        AssertSame(first, firstBack);
        AssertSame(second, secondBack);
        Assert.That(stream.Position, Is.EqualTo(stream.Length));
    }

    [Test]
    public void Public_keys_come_back_and_encrypt()
    {
        using var key = _setup.Generator.CreatePublicKey();
        using var back = PublicKeyReader.Read(new MemoryStream(Write(key.Write)), _setup.Parameters);
        using var ciphertext = new Encryptor(back).Encrypt(_values, 2);
        SlotAssert.HaveNoise(_setup, ciphertext, i => _values[i], _setup.Noise.FreshPublic(ciphertext.Scale));
    }

    [Test]
    public void Files_hold_one_object_alone()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, Guid.NewGuid() + ".bin");
        try
        {
            using var fresh = _setup.Encryptor.Encrypt(_values, 1);
            fresh.Save(path);
            using (var back = CiphertextReader.Load(path, _setup.Parameters))
                AssertSame(fresh, back);
            File.AppendAllText(path, "x");
            Assert.That(
                () => CiphertextReader.Load(path, _setup.Parameters),
                Throws.InstanceOf<CkksFormatException>().With.Message.EqualTo($"{path}: 1 bytes follow the object"));
            Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*"), Has.Length.EqualTo(1));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Objects_of_other_parameters_or_kinds_are_refused()
    {
        using var fresh = _setup.Encryptor.Encrypt(_values, 1);
        var bytes = Write(fresh.Write);
        var other = CkksParameters.Create(NamedParameters.InsecureN11 with { Name = "insecure-other" });
        Assert.That(
            () => CiphertextReader.Read(new MemoryStream(bytes), other),
            Throws.InstanceOf<CkksFormatException>().With.Message.Contains("other than insecure-other"));
        Assert.That(
            () => PublicKeyReader.Read(new MemoryStream(bytes), _setup.Parameters),
            Throws.InstanceOf<CkksFormatException>().With.Message.Contains("kind Ciphertext, wanted is PublicKey"));
    }

    private static byte[] Write(Action<Stream> write)
    {
        var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private static void AssertSame(Ciphertext expected, Ciphertext actual)
    {
        Assert.That((actual.Level, actual.Scale), Is.EqualTo((expected.Level, expected.Scale)));
        Assert.That(actual.PolynomialCount, Is.EqualTo(expected.PolynomialCount));
        for (var i = 0; i < expected.PolynomialCount; i++)
            ResidueAssert.AreSame(expected.Parameters, expected[i], actual[i], limb => limb);
    }
}

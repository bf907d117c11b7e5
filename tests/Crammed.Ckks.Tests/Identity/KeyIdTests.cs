using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Ckks.Tests.Identity;

[TestFixture]
internal sealed class KeyIdTests
{
    [Test]
    public void Text_and_bytes_come_back() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), KeyId.Bytes).ToArbitrary(), bytes =>
        {
            var id = new KeyId(bytes);
            Span<byte> copy = stackalloc byte[KeyId.Bytes];
            id.CopyTo(copy);
            Assert.That(copy.ToArray(), Is.EqualTo(bytes));
            Assert.That(id.ToString(), Is.EqualTo(Convert.ToHexStringLower(bytes)));
            Assert.That(id.ToString(), Does.StartWith(id.Short));
            Assert.That(KeyId.Parse(id.ToString()), Is.EqualTo(id));
            Assert.That(KeyId.Parse(id.ToString().ToUpperInvariant()), Is.EqualTo(id));
        }).QuickCheckThrowOnFailure();

    /// <summary>Two of 1000 random ones are equal with a probability of 2^-109.</summary>
    [Test]
    public void New_ones_differ() => Assert.That(Enumerable.Range(0, 1000).Select(_ => KeyId.Generate()), Is.Unique);

    [Test]
    public void One_bit_makes_another([Range(0, 127)] int bit)
    {
        var bytes = new byte[KeyId.Bytes];
        bytes[bit / 8] ^= (byte)(1 << bit % 8);
        Assert.That(new KeyId(bytes), Is.Not.EqualTo(new KeyId(new byte[KeyId.Bytes])));
    }

    [TestCase("")]
    [TestCase("0102030405060708090a0b0c0d0e0f1")]
    [TestCase("0102030405060708090a0b0c0d0e0f100")]
    [TestCase("0102030405060708090a0b0c0d0e0f1g")]
    [TestCase(" 102030405060708090a0b0c0d0e0f10")]
    public void Other_texts_are_refused(string text)
    {
        Assert.That(KeyId.TryParse(text, out _), Is.False);
        Assert.That(() => KeyId.Parse(text), Throws.InstanceOf<FormatException>().With.Message.Contains("32 hexadecimal digits"));
        Assert.That(KeyId.TryParse(null, out _), Is.False);
        Assert.That(() => new KeyId(new byte[15]), Throws.ArgumentException);
    }
}

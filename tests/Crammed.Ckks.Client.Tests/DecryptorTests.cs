using System.Numerics;

namespace Crammed.Ckks.Client.Tests;

/// <summary>Decryption reads few limbs where the message is small, and always enough.</summary>
[TestFixture]
internal sealed class DecryptorTests
{
    /// <summary>q_0 has 46 bits and the scale 36: slots of size 1 take one limb, of 2^20 two, of 2^80 four.</summary>
    [Test]
    public void Messages_of_any_size_come_out_right([Values(0, 9, 20, 80)] int log2Size, [Values(4, 8)] int level)
    {
        var size = Math.ScaleB(1, log2Size);
        double[] values = [.. ClientSetup.RandomSlots(3).Select(value => size * value)];
        using var ciphertext = new Encryptor(ClientSetup.Secret).Encrypt(values, level);
        var slots = ClientSetup.Decryptor.DecryptToSlots(ciphertext);
        var complex = ClientSetup.Decryptor.DecryptToComplexSlots(ciphertext);
        // Eight deviations of the noise, and of the transforms' 20 stages of 0.6 2^-53.
        var noise = ClientSetup.Noise.EncryptSymmetric(level, ciphertext.Scale, size).Error;
        var tolerance = 8 * (noise + size * 0.6 * Math.ScaleB(1, -53) * Math.Sqrt(20));
        for (var i = 0; i < values.Length; i++)
        {
            Assert.That(slots[i], Is.EqualTo(values[i]).Within(tolerance));
            Assert.That(Complex.Abs(complex[i] - values[i]), Is.LessThan(Math.Sqrt(2) * tolerance));
        }
    }

    [Test]
    public void Complex_messages_come_back()
    {
        Complex[] values = [.. ClientSetup.RandomSlots(5).Zip(ClientSetup.RandomSlots(6), (x, y) => new Complex(x, y))];
        using var ciphertext = new Encryptor(ClientSetup.Secret).Encrypt(values, 2);
        var slots = ClientSetup.Decryptor.DecryptToComplexSlots(ciphertext);
        var tolerance = 8 * Math.Sqrt(2) * ClientSetup.Noise.EncryptSymmetric(2, ciphertext.Scale, 1).Error;
        Assert.That(slots.Zip(values, (a, b) => Complex.Abs(a - b)).Max(), Is.LessThan(tolerance));
    }

    [Test]
    public void Slots_are_those_of_the_decrypted_plaintext([Values(0, 1, 8)] int level)
    {
        using var ciphertext = new Encryptor(ClientSetup.Secret).Encrypt(ClientSetup.RandomSlots(4), level);
        using var plaintext = ClientSetup.Decryptor.Decrypt(ciphertext);
        Assert.That(ClientSetup.Decryptor.DecryptToSlots(ciphertext), Is.EqualTo(ClientSetup.Encoder.Decode(plaintext)));
        Assert.That(ClientSetup.Decryptor.DecryptToComplexSlots(ciphertext), Is.EqualTo(ClientSetup.Encoder.DecodeComplex(plaintext)));
    }

    [Test]
    public void Nothing_is_leaked()
    {
        using var ciphertext = new Encryptor(ClientSetup.Secret).Encrypt([1e6, -1], 8);
        var live = ResidueMemory.LiveBuffers;
        ClientSetup.Decryptor.DecryptToSlots(ciphertext);
        ClientSetup.Decryptor.DecryptToComplexSlots(ciphertext);
        using (var publicKey = ClientSetup.Generator.CreatePublicKey())
            new Encryptor(publicKey).Encrypt([1.0], 3).Dispose();
        Assert.That(() => new Encryptor(ClientSetup.Secret).Encrypt([double.NaN], 3), Throws.ArgumentException);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }
}

namespace Crammed.Ckks.Client.Tests;

[TestFixture]
internal sealed class EncryptorTests
{
    [Test]
    public void Both_kinds_of_encryption_have_the_predicted_noise([Values(0, 4, 8)] int level)
    {
        var values = ClientSetup.RandomSlots(1);
        using var publicKey = ClientSetup.Generator.CreatePublicKey();
        using var secret = new Encryptor(ClientSetup.Secret).Encrypt(values, level);
        using var open = new Encryptor(publicKey).Encrypt(values, level);
        var encoding = ClientSetup.Noise.EncodeRounding(secret.Scale);
        Assert.That((secret.IsSeeded, open.IsSeeded), Is.EqualTo((true, false)));
        AssertRms(secret, ClientSetup.Noise.FreshSymmetric(secret.Scale));
        AssertRms(open, ClientSetup.Noise.FreshPublic(open.Scale));

        // Over 1024 slots the rms has a relative standard error of 2 to 3.5 %.
        void AssertRms(Ciphertext ciphertext, double noise) => Assert.That(
            ClientSetup.RmsError(ciphertext, values) / Math.Sqrt(noise * noise + encoding * encoding), Is.InRange(0.8, 1.25));
    }

    [Test]
    public void Encoded_messages_of_any_scale_are_encrypted_with_the_same_noise([Values(36, 80, 110)] int log2Scale)
    {
        var values = ClientSetup.RandomSlots(2);
        var scale = Math.ScaleB(1, log2Scale);
        using var publicKey = ClientSetup.Generator.CreatePublicKey();
        using var plaintext = ClientSetup.Encoder.Encode(values, 5, scale);
        using Ciphertext secret = new Encryptor(ClientSetup.Secret).Encrypt(plaintext), open = new Encryptor(publicKey).Encrypt(plaintext);
        // Encoding and decoding transforms: 2 log2(N/2) = 20 stages of 0.6 2^-53 in two parts, times the root mean square sqrt(1/3).
        var transforms = 0.6 * Math.ScaleB(1, -53) * Math.Sqrt(20 / 2.0 / 3);
        AssertRms(secret, ClientSetup.Noise.EncryptSymmetric(5, scale, 1).Error);
        AssertRms(open, ClientSetup.Noise.EncryptPublic(5, scale, 1).Error);

        // As above; where only the transforms' error is left, it is within their model's factor of 1.5.
        void AssertRms(Ciphertext ciphertext, double noise) => Assert.That(
            ClientSetup.RmsError(ciphertext, values) / Math.Sqrt(noise * noise + transforms * transforms), Is.InRange(0.6, 1.5));
    }

    [Test]
    public void Two_encryptions_of_one_message_differ_in_both_polynomials()
    {
        var encryptor = new Encryptor(ClientSetup.Secret);
        using Ciphertext first = encryptor.Encrypt([1.0], 0), second = encryptor.Encrypt([1.0], 0);
        Assert.That(first[0].LimbSpan(0).SequenceEqual(second[0].LimbSpan(0)), Is.False);
        Assert.That(first[1].LimbSpan(0).SequenceEqual(second[1].LimbSpan(0)), Is.False);
    }

    [Test]
    public void Another_key_decrypts_to_garbage()
    {
        using var other = SecretKey.Generate(ClientSetup.Parameters);
        using var honest = new Encryptor(ClientSetup.Secret).Encrypt([1.0], 0);
        using var ciphertext = ClientSetup.WithKeyId(honest, other.KeyId);
        // A uniform phase modulo q_0 = 2^46 at scale 2^36 gives slots of size 2^10 sqrt(N / 24).
        var slots = new Decryptor(other).DecryptToSlots(ciphertext);
        Assert.That(slots.Average(Math.Abs), Is.GreaterThan(1000));
    }

    [Test]
    public void Operands_of_other_parameters_are_refused()
    {
        var other = CkksParameters.Create(NamedParameters.InsecureN12);
        using var plaintext = new CkksEncoder(other).Encode([1.0], 0);
        Assert.That(() => new Encryptor(ClientSetup.Secret).Encrypt(plaintext), Throws.ArgumentException);
        using var secret = SecretKey.Generate(other);
        using var ciphertext = new Encryptor(secret).Encrypt(plaintext);
        Assert.That(() => ClientSetup.Decryptor.Decrypt(ciphertext), Throws.ArgumentException);
    }
}

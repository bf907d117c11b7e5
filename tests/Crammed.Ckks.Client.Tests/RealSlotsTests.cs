namespace Crammed.Ckks.Client.Tests;

/// <summary>Real results whose imaginary parts are larger than noise are refused.</summary>
[TestFixture]
internal sealed class RealSlotsTests
{
    [Test]
    public void Results_of_the_expected_error_pass([Values(0, 4)] int level)
    {
        var values = ClientSetup.RandomSlots(1);
        using var ciphertext = new Encryptor(ClientSetup.Secret).Encrypt(values, level);
        var error = ClientSetup.Noise.EncryptSymmetric(level, ciphertext.Scale, 1).Error;
        Assert.That(
            ClientSetup.Decryptor.DecryptToRealSlots(ciphertext, error), Is.EqualTo(ClientSetup.Decryptor.DecryptToSlots(ciphertext)));
        // 1024 slots spread the root mean square by 2 %, and the rule's multiple is 16.
        Assert.That(() => ClientSetup.Decryptor.DecryptToRealSlots(ciphertext, error / 12), Throws.Nothing);
        Assert.That(
            () => ClientSetup.Decryptor.DecryptToRealSlots(ciphertext, error / 20), Throws.InstanceOf<InvalidDataException>());
    }

    /// <summary>
    /// What the key id would have refused: the same object with another key's id in it. Uniform slots, of a size that depends on the
    /// modulus alone.
    /// </summary>
    [Test]
    public void A_foreign_ciphertext_that_lies_about_its_key_is_refused([Values(0, 1, 8)] int level)
    {
        using var foreign = SecretKey.Generate(ClientSetup.Parameters);
        using var ciphertext = new Encryptor(foreign).Encrypt(ClientSetup.RandomSlots(2), level);
        using var disguised = ClientSetup.WithKeyId(ciphertext, ClientSetup.Secret.KeyId);
        // Even a result whose error is as large as its values would be told from it.
        var refusal = Assert.Throws<InvalidDataException>(() => ClientSetup.Decryptor.DecryptToRealSlots(disguised, expectedError: 0.25))!;
        Assert.That(
            refusal.Message,
            Does.Match(@"^the imaginary parts have a root mean square of [0-9.]+E\+\d+, the expected error is 2\.5E-001: .*key.*plan.*domain")
                .And.Not.Contain("\n"));
    }

    [Test]
    public void An_imaginary_message_is_refused()
    {
        System.Numerics.Complex[] values = [new(0.5, 1e-3)];
        using var ciphertext = new Encryptor(ClientSetup.Secret).Encrypt(
            Enumerable.Repeat(values[0], ClientSetup.Parameters.SlotCount).ToArray(), 3);
        Assert.That(() => ClientSetup.Decryptor.DecryptToRealSlots(ciphertext, 1e-5), Throws.InstanceOf<InvalidDataException>());
        Assert.That(ClientSetup.Decryptor.DecryptToRealSlots(ciphertext, 1e-3)[0], Is.EqualTo(0.5).Within(1e-6));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void An_error_is_a_positive_number(double error)
    {
        using var ciphertext = new Encryptor(ClientSetup.Secret).Encrypt([1.0], 0);
        Assert.That(
            () => ClientSetup.Decryptor.DecryptToRealSlots(ciphertext, error), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}

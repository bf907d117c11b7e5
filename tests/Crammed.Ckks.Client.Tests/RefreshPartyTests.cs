namespace Crammed.Ckks.Client.Tests;

[TestFixture]
internal sealed class RefreshPartyTests
{
    [Test]
    public void Refreshed_ciphertexts_hold_the_same_slots_at_the_target_level([Values(0, 3, 8)] int target, [Values(1, 2)] int threads)
    {
        var party = new RefreshParty(ClientSetup.Secret, threads);
        double[][] values = [.. Enumerable.Range(0, 5).Select(ClientSetup.RandomSlots)];
        Ciphertext[] inputs = [.. values.Select(slots => new Encryptor(ClientSetup.Secret).Encrypt(slots, 0))];
        var refreshed = party.Refresh(inputs, target);
        for (var i = 0; i < inputs.Length; i++)
        {
            Assert.That(refreshed[i].Level, Is.EqualTo(target));
            Assert.That(refreshed[i].Scale, Is.EqualTo(ClientSetup.Parameters.ScaleAt(target)));
            Assert.That(refreshed[i].IsSeeded);
            // Two encryptions, the encoding and the rounding at the new scale, all near 2^36.
            double fresh = ClientSetup.Noise.FreshSymmetric(inputs[i].Scale), rounding = ClientSetup.Noise.EncodeRounding(inputs[i].Scale);
            var predicted = Math.Sqrt(2 * fresh * fresh + 2 * rounding * rounding);
            Assert.That(ClientSetup.RmsError(refreshed[i], values[i]) / predicted, Is.InRange(0.9, 1.1));
            inputs[i].Dispose();
            refreshed[i].Dispose();
        }
    }

    [Test]
    public void Imaginary_parts_and_large_values_survive_up_to_the_bound()
    {
        // Slots of size 2^8 at scale 2^36 have coefficients well below q_0 / 2 = 2^45.
        var random = new Random(3);
        System.Numerics.Complex[] values =
            [.. Enumerable.Range(0, ClientSetup.Parameters.SlotCount).Select(_ => new System.Numerics.Complex(
                256 * (2 * random.NextDouble() - 1), 256 * (2 * random.NextDouble() - 1)))];
        using var plaintext = ClientSetup.Encoder.Encode(values, 0, ClientSetup.Parameters.ScaleAt(0));
        using var low = new Encryptor(ClientSetup.Secret).Encrypt(plaintext);
        using var high = new RefreshParty(ClientSetup.Secret).Refresh([low], 8)[0];
        var slots = ClientSetup.Decryptor.DecryptToComplexSlots(high);
        var bound = 7 * Math.Sqrt(2) * Math.Sqrt(2) * ClientSetup.Noise.FreshSymmetric(low.Scale);
        Assert.That(slots.Zip(values, (a, b) => System.Numerics.Complex.Abs(a - b)).Max(), Is.LessThan(bound));
    }

    [Test]
    public void Inputs_of_any_level_scale_and_size_are_taken()
    {
        var values = ClientSetup.RandomSlots(4);
        using var fresh = new Encryptor(ClientSetup.Secret).Encrypt(values, 2);
        using var none = EvaluationKeys.Empty(ClientSetup.Parameters);
        var evaluator = new Evaluator(ClientSetup.Parameters, none);
        // 0.5 with eight more bits of scale, three polynomials: 2^36 * 2^8 * 0.25 stays below q_0 / 2.
        using var scaled = evaluator.MultiplyScalar(fresh, 0.5, 256);
        using var refreshed = new RefreshParty(ClientSetup.Secret).Refresh([scaled], 8)[0];
        double[] expected = [.. values.Select(value => value / 2)];
        Assert.That(ClientSetup.RmsError(refreshed, expected), Is.LessThan(2 * ClientSetup.Noise.FreshSymmetric(refreshed.Scale)));
    }

    [Test]
    public void Wrong_levels_and_parameters_are_refused()
    {
        var party = new RefreshParty(ClientSetup.Secret);
        Assert.That(() => party.Refresh([], 9), Throws.InstanceOf<ArgumentOutOfRangeException>());
        var other = CkksParameters.Create(NamedParameters.InsecureN12);
        using var secret = SecretKey.Generate(other);
        using var foreign = new Encryptor(secret).Encrypt([1.0], 0);
        Assert.That(() => party.Refresh([foreign], 1), Throws.ArgumentException.With.Message.Contains("insecure-N12"));
    }

    [Test]
    public void Nothing_is_leaked()
    {
        using var input = new Encryptor(ClientSetup.Secret).Encrypt([0.25], 0);
        var live = ResidueMemory.LiveBuffers;
        foreach (var refreshed in new RefreshParty(ClientSetup.Secret).Refresh([input, input, input], 5))
            refreshed.Dispose();
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }
}

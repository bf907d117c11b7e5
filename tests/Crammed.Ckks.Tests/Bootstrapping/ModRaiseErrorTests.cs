using Crammed.Ckks.Client;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>What ModRaise refuses, in which words, and that nothing is left behind in any case.</summary>
[TestFixture]
internal sealed class ModRaiseErrorTests
{
    private EphemeralSetup _setup = null!;
    private Ciphertext _ciphertext = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _setup = new EphemeralSetup();
        _ciphertext = _setup.Encrypt(_setup.RandomMessage(1));
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _ciphertext.Dispose();
        _setup.Dispose();
    }

    [Test]
    public void Operands_must_be_at_level_0_with_two_polynomials()
    {
        using var high = new Encryptor(_setup.Secret).Encrypt([1.0], 2);
        var scale = $"{Math.Log2(high.Scale):F6}";
        Refused($"ModRaise: the operand is at level 2 with scale 2^{scale}, it must be at level 0", () => _setup.Evaluator.ModRaise(high));
        Refused(
            $"ModRaiseBatch: the operand is at level 2 with scale 2^{scale}, it must be at level 0",
            () => _setup.Evaluator.ModRaiseBatch([high]));
        using var square = _setup.Evaluator.Square(_ciphertext);
        Refused(
            $"ModRaise: the operand has 3 polynomials instead of 2 (level 0 with scale 2^{Math.Log2(square.Scale):F6}); "
            + "relinearize it first",
            () => _setup.Evaluator.ModRaise(square));
        Assert.That(
            () => _setup.Evaluator.ModRaiseBatch([_ciphertext, high]),
            Throws.InvalidOperationException.With.Message.Contains("ModRaiseBatch: the ciphertexts' levels differ"));
    }

    [Test]
    public void Both_keys_must_be_there()
    {
        var place = $"(level 0 with scale 2^{Math.Log2(_ciphertext.Scale):F6})";
        using var none = EvaluationKeys.Empty(_setup.Parameters);
        Refused(
            $"ModRaise: there is no key to the ephemeral secret {place}",
            () => new Evaluator(_setup.Parameters, none).ModRaise(_ciphertext));
        var id = EvaluationKeyId.DenseToEphemeral;
        using var half = new EvaluationKeys(_setup.Parameters, _setup.Secret.KeyId, [new EvaluationKeySlot(id, _setup.CreateKey(id, 0))]);
        Refused(
            $"ModRaise: there is no key from the ephemeral secret {place}",
            () => new Evaluator(_setup.Parameters, half).ModRaise(_ciphertext));
    }

    [Test]
    public void The_set_must_have_bootstrapping()
    {
        var other = CkksSetup.Of(NamedParameters.InsecureN11);
        using var low = other.Encryptor.Encrypt([1.0], 0);
        Refused("ModRaise: insecure-N11 has no levels for bootstrapping", () => other.Evaluator.ModRaise(low));
        Assert.That(
            () => other.Noise.ModRaise(new SlotEstimate(0, 1, 1, 1)),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "insecure-N11 has no levels for bootstrapping: there is no ephemeral secret"));
        Assert.That(() => _setup.Evaluator.ModRaise(low), Throws.ArgumentException.With.Message.Contains("insecure-N11"));
    }

    [Test]
    public void Arguments_are_checked()
    {
        Assert.That(
            () => _setup.Evaluator.ModRaiseBatch([]),
            Throws.ArgumentException.With.Message.EqualTo("ModRaiseBatch: there is no ciphertext"));
        Assert.That(() => _setup.Evaluator.ModRaiseBatch(null!), Throws.ArgumentNullException);
        var disposed = _ciphertext.Clone();
        disposed.Dispose();
        var live = ResidueMemory.LiveBuffers;
        Assert.That(() => _setup.Evaluator.ModRaiseBatch([_ciphertext, disposed]), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void Only_results_are_left_behind()
    {
        (long buffers, long bytes) before = (ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes);
        Ciphertext[] results = [_setup.Evaluator.ModRaise(_ciphertext), .. _setup.Evaluator.ModRaiseBatch([_ciphertext, _ciphertext])];
        Assert.That(ResidueMemory.LiveBuffers - before.buffers, Is.EqualTo(2 * results.Length));
        foreach (var result in results)
            result.Dispose();
        Assert.That((ResidueMemory.LiveBuffers, ResidueMemory.LiveBytes), Is.EqualTo(before));
    }

    private static void Refused(string message, Func<object> operation) =>
        Assert.That(operation, Throws.InvalidOperationException.With.Message.EqualTo(message));
}

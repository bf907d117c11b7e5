namespace Crammed.Ckks.Client.Tests;

/// <summary>The ephemeral secret of bootstrapping and the request for its keys.</summary>
[TestFixture]
internal sealed class EphemeralSecretTests
{
    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    private SecretKey _secret = null!;
    private KeyGenerator _generator = null!;

    [OneTimeSetUp]
    public void GenerateSecret()
    {
        _secret = SecretKey.Generate(Parameters);
        _generator = new KeyGenerator(_secret);
    }

    [OneTimeTearDown]
    public void DisposeSecret() => _secret.Dispose();

    [Test]
    public unsafe void It_has_the_weight_of_the_set_and_is_another_one_each_time()
    {
        var seen = new List<double[]>();
        for (var trial = 0; trial < 2; trial++)
        {
            using var secret = EphemeralSecret.Generate(Parameters, Parameters.Bootstrapping!);
            for (var i = 0; i < Parameters.Ring.Moduli.Length; i++)
            {
                var coefficients = secret.Values.LimbSpan(i).ToArray();
                fixed (double* pointer = coefficients)
                    Parameters.Ring.InverseNtt(pointer, i);
                Assert.That(coefficients.Count(value => Math.Abs(value) == 1), Is.EqualTo(32));
                Assert.That(coefficients.Count(value => value == 0), Is.EqualTo(Parameters.N - 32));
                if (i == 0)
                    seen.Add(coefficients);
                Assert.That(coefficients, Is.EqualTo(seen[^1]), "the same modulo every prime");
            }
        }
        Assert.That(seen[0], Is.Not.EqualTo(seen[1]));
    }

    [Test]
    public unsafe void Disposing_overwrites_it()
    {
        var secret = EphemeralSecret.Generate(Parameters, Parameters.Bootstrapping!);
        var last = Parameters.Ring.Moduli.Length - 1;
        double* first = secret.Values.Limb(0), final = secret.Values.Limb(last);
        Assert.That(new Span<double>(first, Parameters.N).ContainsAnyExcept(0.0));
        secret.Dispose();
        // The pool keeps the memory, so it may still be looked at.
        Assert.That(new Span<double>(first, Parameters.N).ContainsAnyExcept(0.0), Is.False);
        Assert.That(new Span<double>(final, Parameters.N).ContainsAnyExcept(0.0), Is.False);
        Assert.That(() => secret.Values.Limb(0)[0], Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Keys_of_bootstrapping_are_asked_for_together()
    {
        var live = ResidueMemory.LiveBuffers;
        var request = EvaluationKeyRequest.ForBootstrapping(Parameters, [(1, 19), (-1, 3), (1, 2)]);
        using (var keys = _generator.CreateEvaluationKeys(request))
        {
            // 20 levels, of which the four uppermost are those of CoeffsToSlots.
            Assert.That(keys.Manifest.Select(key => (key.Kind, key.Steps, key.Level)), Is.EqualTo(new[]
            {
                (EvaluationKeyKind.Relinearization, 0, 15), (EvaluationKeyKind.Conjugation, 0, 15), (EvaluationKeyKind.Rotation, 1, 19),
                (EvaluationKeyKind.Rotation, Parameters.SlotCount - 1, 3), (EvaluationKeyKind.DenseToEphemeral, 0, 0),
                (EvaluationKeyKind.EphemeralToDense, 0, 19),
            }));
            Assert.That(keys.Manifest.Select(key => key.GaloisElement), Has.Exactly(3).EqualTo(1));
            // The secret is gone: two halves of each of the six keys are all that lives.
            Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live + 12));
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void A_file_of_them_holds_what_was_asked_for_and_no_memory()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.keys");
        var live = ResidueMemory.LiveBuffers;
        try
        {
            var made =
                _generator.SaveEvaluationKeys(path, EvaluationKeyRequest.ForBootstrapping(Parameters, [(5, 7)]));
            Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
            using var keys = EvaluationKeys.Open(path, Parameters);
            Assert.That(keys.Manifest, Is.EqualTo(made));
            Assert.That(made, Has.Count.EqualTo(5));
            Assert.That((keys.DenseToEphemeral!.Level, keys.EphemeralToDense!.Level), Is.EqualTo((0, 19)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_cancelled_generation_leaves_nothing_behind()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var live = ResidueMemory.LiveBuffers;
        var request = new EvaluationKeyRequest { Encapsulation = true };
        Assert.That(
            () => _generator.CreateEvaluationKeys(request, cancellation: source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    [Test]
    public void A_set_without_bootstrapping_has_none()
    {
        Assert.That(
            () => EvaluationKeyRequest.ForBootstrapping(ClientSetup.Parameters, []),
            Throws.ArgumentException.With.Message.StartsWith("insecure-N11 has no levels for bootstrapping"));
        var request = new EvaluationKeyRequest { Encapsulation = true };
        Assert.That(
            () => ClientSetup.Generator.CreateEvaluationKeys(request),
            Throws.ArgumentException.With.Message.EqualTo("insecure-N11 has no levels for bootstrapping: there is no ephemeral secret"));
        Assert.That(() => ClientSetup.Generator.CreateEvaluationKeys(null!), Throws.ArgumentNullException);
        Assert.That(() => _generator.SaveEvaluationKeys("x", new EvaluationKeyRequest { RelinearizationLevel = 20 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}

using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Training;

namespace Crammed.Encrypted.Tests.Training;

/// <summary>One whole pass on ciphertexts, forward and backward, against libtorch's autograd; input gradients included.</summary>
[TestFixture]
public sealed class CiphertextStepTests
{
    private const int NoisyRuns = 8;

    [Test]
    public void Logits_and_all_gradients_on_ciphertexts_equal_those_of_torch_up_to_polynomials_and_noise()
    {
        var parameters = CkksParameters.Create(NamedParameters.InsecureN11);
        var model = new TinyModel(seed: 1, parameters.SlotCount, tokens: 16, hidden: 8);
        var values = model.ParameterShapes.SelectMany(shape => model.Parameters[shape.Name]).ToArray();
        var run = CircuitSettings.For(parameters.MaxLevel, threads: 2);
        var circuit = Run(null, 0);
        var clear = circuit.Run(values, run.DataLevel).All;
        var noise = new CkksNoiseModel(parameters);
        var noisy = Enumerable.Range(1, NoisyRuns).Select(seed => Run(noise, seed).Run(values, run.DataLevel).All).ToArray();
        var live = ResidueMemory.LiveBuffers;

        var encrypted = OnCiphertexts(parameters, model, circuit, run, values).All;

        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live), "ciphertexts left behind");
        var torch = new TorchOracle(model).Run(values).All;
        // What the polynomials change is measured without noise; what noise changes has the deviation of the noisy runs. Its tails are
        // those of a Laplace distribution (sums of few large terms), so twelve deviations, of which eight samples know the size within a
        // factor of two, leave room for about a thousand values.
        var deviation = Enumerable.Range(0, clear.Length).Max(i => Math.Sqrt(noisy.Average(sample => Math.Pow(sample[i] - clear[i], 2))));
        for (var i = 0; i < clear.Length; i++)
            Assert.That(encrypted[i], Is.EqualTo(torch[i]).Within(Math.Abs(clear[i] - torch[i]) + 12 * deviation), $"value {i}");
        Assert.That(torch.Max(Math.Abs), Is.GreaterThan(1000 * deviation), "the noise is small beside what is compared");
        Assert.That(encrypted, Is.Not.EqualTo(clear), "the run was encrypted");

        CircuitRun Run(INoiseModel? injected, int seed) => new(
            model, run.MaxLevel, run.RefreshLevel, exactFunctions: false, injected, seed);
    }

    private static ModelGradients OnCiphertexts(
        CkksParameters parameters, TinyModel model, CircuitRun circuit, CircuitSettings run, double[] values)
    {
        var step = model.Step(circuit.Shape.Layout());
        var needed = CircuitRequirements.Of(step, run);
        using var secret = SecretKey.Generate(parameters);
        // Input gradients are no part of the run that the requirements are for: its rotations, at the highest level.
        using var keys = new KeyGenerator(secret).CreateEvaluationKeys(
            EvaluationKeyRequest.Of(run.MaxLevel, [.. needed.Rotations.Keys.Select(steps => (steps, run.MaxLevel))]));
        var backend = new CkksBackend(
            parameters, new Evaluator(parameters, keys, run.Threads), new InProcessRefresher(new RefreshParty(secret)));
        var (encryptor, decryptor) = (new Encryptor(secret), new Decryptor(secret));
        var context = new EncryptedContext(backend, run.RefreshLevel);
        var result = circuit.Run(
            context,
            slots => backend.Load(encryptor.Encrypt(slots, run.DataLevel)),
            vector => circuit.Backend.Load(decryptor.DecryptToSlots(CkksBackend.Read(vector)), 0),
            values);
        context.Dispose();
        return result;
    }

    private sealed class InProcessRefresher(RefreshParty party) : IRefresher
    {
        public Ciphertext[] Refresh(IReadOnlyList<Ciphertext> ciphertexts, int targetLevel) => party.Refresh(ciphertexts, targetLevel);
    }
}

using System.Reflection;
using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>A clear run beside one on ciphertexts finds where it goes wrong.</summary>
[TestFixture]
internal sealed class ShadowRunTests
{
    private const int Columns = 3;

    private static readonly SlotGrid Grid = new(16, 8, 8);
    private static readonly Axis Feature = new("feature", Columns);

    private readonly CkksParameters _parameters = CkksParameters.Create(NamedParameters.InsecureN11);
    private EncryptedProgram _program = null!;
    private CkksLevels _levels = null!;

    [OneTimeSetUp]
    public void Plan()
    {
        _levels = CkksLevels.ForClient(_parameters);
        var builder = new ProgramBuilder(Grid);
        var x = builder.Input("x", Feature);
        var turned = builder.Rotate("turned", [Feature], x, 3);
        var products = builder.Multiply("products", [Feature], x, turned);
        var blocks = new FeatureBlocks(Grid.Blocks, Columns);
        var mapped = builder.LinearMap([("mapped", [Feature], blocks)], [(products, blocks)], [new FrozenMatrix("weights", false)])[0];
        var back = builder.Rotate("back", [Feature], mapped, -5);
        builder.Output("result", builder.Sum("result", [Feature], ProgramBuilder.Term(back), ProgramBuilder.Term(mapped)));
        var costs = new ParameterCosts(CostTableText.Include("avx2"), _parameters);
        _program = ProgramPlan.Create(
            builder.Build(), costs, new LocalSearchPlacement(100),
            new PlanOptions(new Dictionary<string, double>(), Method: RefreshMethod.Client)).Program;
    }

    [Test]
    public void A_run_that_does_what_it_should_is_within_its_bounds()
    {
        var shadow = Run(Constants(), backend => backend);
        Assert.That(shadow.First, Is.Null);
        Assert.That(shadow.Gaps, Has.Count.EqualTo(_program.Instructions.Sum(instruction => instruction.Results.Count)));
    }

    [TestCase(3, "turned"), TestCase(-5, "back")]
    public void A_rotation_that_goes_elsewhere_is_named(int steps, string name)
    {
        var shadow = Run(Constants(), backend => WrongRotation.Of(backend, steps));
        Assert.That(shadow.First?.Value.Name, Is.EqualTo(name));
        Assert.That(_program.Instructions[shadow.First!.Instruction].Results, Does.Contain(shadow.First.Value));
        TestContext.Out.WriteLine(shadow.First);
    }

    /// <summary>One of 24 x 24, by 3 %.</summary>
    [Test]
    public void A_scaled_weight_is_named()
    {
        var shadow = Run(Constants(scaled: 1.03f), backend => backend);
        Assert.That(shadow.First?.Value.Name, Is.EqualTo("mapped"));
        TestContext.Out.WriteLine(shadow.First);
    }

    private ShadowRun Run(ProgramConstants executed, Func<IGroupBackend, IGroupBackend> change)
    {
        var random = new Random(3);
        var inputs = new Dictionary<string, double[][]>
        {
            ["x"] = [.. Enumerable.Range(0, Columns).Select(_ => RandomValues.Uniform(random, Grid.SlotCount))],
        };
        var noise = new InstructionNoise(_levels);
        var estimates = new NoiseEstimate(
            noise, _program, ErrorCalibration.Run(_program, noise, inputs, Constants(), draws: 2), Constants()).Estimate();
        using var secret = SecretKey.Generate(_parameters);
        var needed = ProgramKeys.Of(_program, _levels);
        using var keys = new KeyGenerator(secret).CreateEvaluationKeys(new EvaluationKeyRequest
        {
            RelinearizationLevel = needed.RelinearizationLevel,
            // The rotation that a changed backend does instead.
            Rotations =
            [
                .. needed.Rotations.Keys.SelectMany(steps => new[] { steps, steps + WrongRotation.Off })
                    .Select(steps => (steps, _levels.OfCiphertext(_levels.RefreshedLevel))),
            ],
        });
        using var groups = new CkksGroups(_levels, new Evaluator(_parameters, keys));
        var encryptor = new Encryptor(secret);
        var decryptor = new Decryptor(secret);
        var encrypted = inputs.ToDictionary(input => input.Key, input => input.Value.Select(slots =>
            groups.Load(encryptor.Encrypt(slots, _levels.OfCiphertext(_program.Levels!.Inputs[input.Key])))).ToArray());
        var shadow = new ShadowRun(
            _program, inputs, Constants(), estimates, vector => decryptor.DecryptToSlots(CkksGroups.Read(vector)));
        using (shadow)
        {
            var outputs = ProgramRun.Execute(_program, change(groups), encrypted, executed, shadow.Observe);
            foreach (var vector in encrypted.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
                vector.Dispose();
        }
        return shadow;
    }

    private static ProgramConstants Constants(float scaled = 1)
    {
        var random = new Random(4);
        var size = Grid.Blocks * Columns;
        float[] values = [.. Enumerable.Range(0, size * size).Select(_ => (float)(random.NextDouble() - 0.5) / 2)];
        values[5 * size + 7] = 0.2f * scaled;
        return new ProgramConstants(
            new Dictionary<string, FrozenWeights> { ["weights"] = new(values, size, size) }, new Dictionary<string, double>());
    }

    /// <summary>A backend whose rotations by some steps go a slot too far, as with a key that has another's name.</summary>
    public class WrongRotation : DispatchProxy
    {
        public const int Off = 1;

        private IGroupBackend _backend = null!;
        private int _steps;

        public static IGroupBackend Of(IGroupBackend backend, int steps)
        {
            var proxy = Create<IGroupBackend, WrongRotation>();
            ((WrongRotation)(object)proxy)._backend = backend;
            ((WrongRotation)(object)proxy)._steps = steps;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => args is [IReadOnlyList<Rotation> jobs]
            ? _backend.Rotate([.. jobs.Select(job => job.Steps == _steps ? job with { Steps = _steps + Off } : job)])
            : targetMethod!.Invoke(_backend, args);
    }
}

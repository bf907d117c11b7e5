using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>Frozen linear maps on ciphertexts, shifted on either side.</summary>
[TestFixture]
internal sealed class LinearMapTests
{
    private static readonly SlotGrid Grid = new(tokens: 16, examples: 8, blocks: 16);

    private static readonly CkksLevels Levels =
        CkksLevels.ForBootstrapping(new BootstrappingPlan(CkksParameters.Create(NamedParameters.InsecureN12Bootstrapping)));

    private CiphertextRun _run = null!;

    private static IReadOnlyList<ProgramCase> Cases { get; } =
    [
        Case("inputs shifted", [new(16, 2)], [new(16, 3)], level: 15),
        Case("inputs shifted", [new(16, 2)], [new(16, 3)], level: 1),
        Case("outputs shifted", [new(16, 3)], [new(16, 2)], level: 15),
        Case("outputs shifted", [new(16, 3)], [new(16, 2)], level: 1),
        Case("fewer blocks, inputs shifted", [new(12, 2)], [new(5, 3)], level: 2),
        Case("fewer blocks, outputs shifted", [new(12, 3)], [new(5, 1)], level: 2),
        Case("one block each", [new(1, 2)], [new(1, 2)], level: 2),
        Case("several of both, inputs shifted", [new(16, 1), new(12, 2)], [new(12, 3), new(16, 2)], level: 3),
        Case("several of both, outputs shifted", [new(12, 2), new(12, 3)], [new(16, 1), new(12, 2)], level: 3),
        Case("transposed, inputs shifted", [new(12, 2)], [new(16, 2)], level: 3, transposed: true),
        Case("transposed, outputs shifted", [new(16, 3)], [new(12, 1), new(12, 1)], level: 3, transposed: true),
    ];

    [OneTimeSetUp]
    public void MakeKeys() => _run = new CiphertextRun(Levels, Cases);

    [OneTimeTearDown]
    public void DisposeKeys() => _run.Dispose();

    /// <summary>
    /// Root mean squares of thousands of errors are known within a few per cent; masks are few and not random, and their roundings may be
    /// off by more from those of random numbers. Errors are sums of many, nearly Gaussian: of 2^14, one passes 8 deviations with a
    /// probability of 10^-11.
    /// </summary>
    [TestCaseSource(nameof(Cases))]
    public void Maps_have_the_values_of_clear_slots_with_the_estimated_error(ProgramCase item)
    {
        var live = ResidueMemory.LiveBuffers;
        // Roundings of weights meet the blocks in use only; the estimate is a mean over all slots.
        var dilution = Math.Sqrt(Grid.Blocks / ((LinearMap)item.Program.Instructions[0]).InputBlocks.Min(blocks => (double)blocks.Blocks));
        foreach (var errors in _run.Run(item))
        {
            TestContext.Out.WriteLine($"{item}: {errors}, {Math.Log2(errors.MessageRms / errors.Rms):F1} bits relative");
            Assert.That(errors.Excess, Is.InRange(-1, 1), errors.ToString());
            Assert.That(errors.Worst, Is.LessThan(8 * dilution * errors.Estimate.Error), errors.ToString());
            Assert.That(errors.MessageRms / errors.Rms, Is.GreaterThan(1 << 14), "a frozen map keeps 14 bits");
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live), "ciphertexts or encodings left behind");
    }

    [TestCaseSource(nameof(Cases))]
    public void Injected_noise_has_the_estimated_size(ProgramCase item)
    {
        var (exact, estimates) = CiphertextRun.RunClear(item, _run.Noise);
        var noisy = CiphertextRun.RunClear(item, Levels, new InjectedNoise(_run.Noise, seed: 1));
        foreach (var value in CiphertextRun.ValuesOf(item))
        {
            var errors = CiphertextRun.Compare(value, noisy[value.Name], exact[value.Name], estimates[value]);
            Assert.That(errors.Excess, Is.InRange(-0.5, 0.5), errors.ToString());
        }
    }

    /// <summary>Clear slots against the plain product of matrix and features.</summary>
    [TestCaseSource(nameof(Cases))]
    public void Clear_slots_hold_the_plain_product(ProgramCase item)
    {
        var map = (LinearMap)item.Program.Instructions[0];
        var slots = CiphertextRun.RunClear(item, Levels, null);
        for (var o = 0; o < map.Outputs.Count; o++)
        {
            for (var row = 0; row < Grid.Rows; row += 37)
            {
                for (var feature = 0; feature < map.OutputBlocks[o].Features; feature++)
                {
                    var expected = Enumerable.Range(0, map.Inputs.Count).Sum(i =>
                    {
                        var matrix = FrozenWeights.Find(item.Constants.Matrices, map.Matrices[o * map.Inputs.Count + i]);
                        return Enumerable.Range(0, map.InputBlocks[i].Features).Sum(
                            k => matrix[feature, k] * At(item.Inputs[map.Inputs[i].Name], map.InputBlocks[i], row, k));
                    });
                    // Sums of up to 48 products below 1, in another order.
                    Assert.That(At(slots[map.Outputs[o].Name], map.OutputBlocks[o], row, feature), Is.EqualTo(expected).Within(1e-13));
                }
            }
        }
    }

    private static double At(double[][] vectors, FeatureBlocks blocks, int row, int feature) =>
        vectors[feature % blocks.Columns][row * Grid.Blocks + feature / blocks.Columns];

    private static ProgramCase Case(string name, FeatureBlocks[] inputs, FeatureBlocks[] outputs, int level, bool transposed = false)
    {
        var program = new ProgramBuilder(Grid);
        var random = new Random(name.Length + level);
        Value[] operands = [.. inputs.Select((blocks, i) => program.Input($"x{i}", new Axis("feature", blocks.Columns)))];
        var matrices = new Dictionary<string, FrozenWeights>();
        foreach (var (output, o) in outputs.Select((output, o) => (output, o)))
        {
            foreach (var (input, i) in inputs.Select((input, i) => (input, i)))
            {
                // Of the size of a trained model's: a root mean square of 2^-5.
                var weights = RandomValues.Uniform(random, output.Features * input.Features, -0.054, 0.054);
                var (rows, columns) = transposed ? (input.Features, output.Features) : (output.Features, input.Features);
                matrices[$"w{o}{i}"] = new FrozenWeights([.. weights.Select(weight => (float)weight)], rows, columns);
            }
        }
        var results = program.LinearMap(
            [.. outputs.Select((blocks, o) => ($"y{o}", (IReadOnlyList<Axis>)[new Axis("feature", blocks.Columns)], blocks))],
            [.. operands.Zip(inputs)],
            [.. matrices.Keys.Select(key => new FrozenMatrix(key, transposed))]);
        foreach (var result in results)
            program.Output(result.Name, result);
        return new ProgramCase(
            name, program.Build(),
            operands.Zip(inputs).ToDictionary(
                pair => pair.First.Name,
                pair => Enumerable.Range(0, pair.Second.Columns).Select(_ => Features(random, pair.Second.Blocks)).ToArray()),
            level)
        {
            Constants = new ProgramConstants(matrices, new Dictionary<string, double>()),
        };
    }

    /// <summary>Slots of the blocks in use; the others are zero.</summary>
    private static double[] Features(Random random, int blocks) =>
        [.. Enumerable.Range(0, Grid.SlotCount).Select(slot => slot % Grid.Blocks < blocks ? 2 * random.NextDouble() - 1 : 0)];
}

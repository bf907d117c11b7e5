using System.Diagnostics;
using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;
using Crammed.Encrypted.Tests.Execution;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>
/// One whole training step of a tiny two-layer model, planned, on real ciphertexts over N = 2^12 with the whole chain of N16QP1746: masks, loss
/// scale, bootstraps, optimizer. Every group is decrypted and compared with clear slots.
/// </summary>
internal sealed class TinyStep
{
    public static readonly SlotGrid Grid = new(16, 16, 8);

    public static readonly ModelShape Shape = new(2, 48, 8, 72, 5, 2, 8, 64);

    private readonly double _lossScale;
    private readonly GraphedModel _model;
    private readonly Dictionary<string, double> _scalars;

    public TinyStep(ReferenceModel reference, double lossScale, AdamWHe optimizer, Func<EncryptedProgram, long>? workingBytes = null)
    {
        _lossScale = lossScale;
        _model = new GraphedModel(reference, Shape, Grid);
        _model.Training.AddUpdate(optimizer);
        _scalars = new Dictionary<string, double>(optimizer.Scalars(1, 0.01, lossScale)) { [ScalarNames.LossScale] = lossScale };
        Constants = new ProgramConstants(reference.CentredFrozen(), _scalars);
        Parameters = CkksParameters.Create(NamedParameters.Find("insecure-N12-bootstrapping"));
        Program = _model.Training.Graph.Lower().Program;
        Statistics = [];
        Bounds = [];
        Calibrate();
        var costs = new ParameterCosts(CostTableText.Include("avx512"), CkksParameters.Create(NamedParameters.N16QP1746Bootstrapping));
        Plan = ProgramPlan.Create(
            Program, costs, new LocalSearchPlacement(), new PlanOptions(Bounds, RangeMargin: 1.5, WorkingBytes: workingBytes));
    }

    public CkksParameters Parameters { get; }

    public EncryptedProgram Program { get; }

    public ProgramConstants Constants { get; }

    public Dictionary<string, SlotStatistics> Statistics { get; }

    public Dictionary<string, double> Bounds { get; }

    public ProgramPlan Plan { get; }

    public GraphedModel Model => _model;

    /// <summary>Errors of every group, and the decrypted outputs.</summary>
    public (IReadOnlyList<GroupErrors> Errors, Dictionary<string, double[][]> Outputs) Run()
    {
        var planned = Plan.Program;
        var clear = RunClear(planned);
        var largest = planned.Instructions.OfType<Refresh>().SelectMany(refresh => refresh.Ranges).Max();
        var bootstrapping = new BootstrappingPlan(Parameters, range: largest);
        var levels = CkksLevels.ForBootstrapping(bootstrapping);
        var needed = ProgramKeys.Of(planned, levels, planned.Levels!.Inputs);
        using var secret = SecretKey.Generate(Parameters);
        using var keys = new KeyGenerator(secret).CreateEvaluationKeys(new EvaluationKeyRequest
        {
            RelinearizationLevel = needed.RelinearizationLevel,
            ConjugationLevel = needed.ConjugationLevel,
            Rotations = [.. needed.Rotations.Select(rotation => (rotation.Key, rotation.Value))],
            Encapsulation = needed.Encapsulation,
        });
        var evaluator = new Evaluator(Parameters, keys);
        using var bootstrapper = new Bootstrapper(bootstrapping, evaluator, new CkksEncoder(Parameters));
        using var groups = new CkksGroups(levels, evaluator, bootstrapper);
        var encryptor = new Encryptor(secret);
        var decryptor = new Decryptor(secret);
        var statistics = new Dictionary<string, SlotStatistics>(Statistics);
        var estimates = new NoiseEstimate(
            new InstructionNoise(levels, bootstrapping), planned, statistics, Constants, planned.Levels.Inputs).Estimate();
        var inputs = _model.Inputs();
        var encrypted = planned.Inputs.ToDictionary(
            input => input.Name,
            input => inputs[input.Name].Select(slots => groups.Load(encryptor.Encrypt(slots, levels.OfCiphertext(planned.Levels.Inputs[input.Name])))).ToArray());
        var errors = new List<GroupErrors>();
        var watch = Stopwatch.StartNew();
        var outputs = ProgramRun.Execute(planned, groups, encrypted, Constants, (_, value, vectors) =>
            errors.Add(CiphertextRun.Compare(
                value, [.. vectors.Select(vector => decryptor.DecryptToSlots(CkksGroups.Read(vector)))], clear[value.Name], estimates[value])));
        TestContext.Out.WriteLine($"run {watch.Elapsed.TotalSeconds:F1} s, keys {needed.Rotations.Count}");
        var slots = outputs.ToDictionary(
            output => output.Key, output => output.Value.Select(vector => decryptor.DecryptToSlots(CkksGroups.Read(vector))).ToArray());
        foreach (var vector in encrypted.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
            vector.Dispose();
        return (errors, slots);
    }

    private void Calibrate()
    {
        foreach (var (name, vectors) in _model.Inputs())
            Add(name, vectors);
        _model.RunClear(Program, Constants, (_, value, vectors) => Add(value.Name, [.. vectors.Select(ClearGroups.Read)]));

        void Add(string name, double[][] vectors)
        {
            Bounds[name] = Math.Max(vectors.Max(vector => vector.Max(Math.Abs)), 1e-30);
            var groups = new ClearGroups(Grid.SlotCount, 0) { ChecksLevels = false };
            SlotVector[] loaded = [.. vectors.Select(vector => groups.Load(vector))];
            Statistics[name] = SlotStatistics.Of(loaded);
            foreach (var vector in loaded)
                vector.Dispose();
        }
    }

    /// <summary>Slots of all groups on clear slots.</summary>
    public Dictionary<string, double[][]> RunClear(EncryptedProgram planned, string? folder = null)
    {
        var groups = new ClearGroups(Grid.SlotCount, planned.Levels!.Refreshed);
        var slots = new Dictionary<string, double[][]>();
        var inputs = _model.Inputs().ToDictionary(
            input => input.Key, input => input.Value.Select(vector => groups.Load(vector, planned.Levels.Inputs[input.Key])).ToArray());
        var outputs = ProgramRun.Execute(
            planned, groups, inputs, Constants, (_, value, vectors) => slots[value.Name] = [.. vectors.Select(ClearGroups.Read)], folder);
        foreach (var vector in inputs.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
            vector.Dispose();
        return slots;
    }
}

internal sealed class TinyStepTests
{
    [Test, Explicit]
    public void Look()
    {
        var reference = new ReferenceModel(TinyStep.Shape, TinyStep.Grid, seed: 7);
        var (_, _, expected) = reference.Run();
        var largest = expected.Values.Max(gradient => gradient.Max(Math.Abs));
        TestContext.Out.WriteLine($"largest gradient {largest}");
        var optimizer = new AdamWHe(0.9, 0.999, 0.01 * largest * largest, 0.01, 1.5 * largest);
        TestContext.Out.WriteLine(optimizer.ToString());
        foreach (var scale in new[] { 256.0, 1 })
        {
            var watch = Stopwatch.StartNew();
            var step = new TinyStep(reference, scale, optimizer);
            TestContext.Out.WriteLine($"loss scale {scale}: planned in {watch.Elapsed.TotalSeconds:F1} s");
            foreach (var line in step.Plan.Log)
                TestContext.Out.WriteLine(line);
            var (errors, outputs) = step.Run();
            foreach (var error in errors)
                TestContext.Out.WriteLine(error.ToString());
            var gradients = step.Model.GradientsOf(outputs, scale);
            foreach (var (name, gradient) in expected)
            {
                var relative = Math.Sqrt(gradients[name].Zip(gradient, (x, y) => (x - y) * (x - y)).Sum() / gradient.Sum(y => y * y));
                TestContext.Out.WriteLine($"{name}: 2^{Math.Log2(relative):F1}");
            }
        }
    }
}

internal sealed class PlanLook
{
    /// <param name="layers">of the model</param>
    /// <param name="hidden">features of the stream</param>
    /// <param name="heads">of attention</param>
    /// <param name="gate">features of the gate</param>
    /// <param name="examples">in a batch</param>
    /// <param name="blocks">in the slots</param>
    /// <param name="gibibytes">that values and instructions may take</param>
    [TestCase(2, 768, 12, 1536, 16, 16, 0), TestCase(2, 768, 12, 1536, 16, 16, 14), TestCase(2, 768, 12, 1536, 16, 16, 12)]
    [TestCase(2, 768, 12, 1536, 16, 16, 10), TestCase(2, 768, 12, 1536, 16, 16, 9), TestCase(2, 768, 12, 1536, 16, 16, 8)]
    [TestCase(2, 128, 2, 256, 16, 16, 0), TestCase(2, 128, 2, 256, 16, 16, 4)]
    [TestCase(2, 128, 2, 256, 128, 2, 0), TestCase(2, 128, 2, 256, 128, 2, 8)]
    [Explicit]
    public void Look(int layers, int hidden, int heads, int gate, int examples, int blocks, int gibibytes)
    {
        var watch = Stopwatch.StartNew();
        // With a constant beside them 64 columns do not fit the tokens of two blocks.
        var shape = new ModelShape(layers, hidden, heads, gate, 5, 2, 32, (blocks == 2 ? 63 : 64) * blocks);
        var training = new TrainingGraph(shape, new SlotGrid(128, examples, blocks), GraphedModel.Polynomials(layers), new AdapterScales(1, 1));
        training.AddUpdate(new AdamWHe(0.9, 0.999, 0.01, 0.01, 1));
        var program = training.Graph.Lower().Program;
        TestContext.Out.WriteLine($"lowered {program.Instructions.Count} in {watch.Elapsed.TotalSeconds:F1} s");
        var parameters = CkksParameters.Create(NamedParameters.N16QP1746Bootstrapping);
        var costs = new ParameterCosts(CostTableText.Include("avx512"), parameters);
        var budget = new MemoryBudget(costs, CkksLevels.ForBootstrapping(new BootstrappingPlan(parameters)), 24L << 30);
        var bounds = program.Inputs.Concat(program.Instructions.SelectMany(i => i.Results)).ToDictionary(v => v.Name, _ => 1.0);
        Func<EncryptedProgram, long>? left = gibibytes == 0 ? null : _ => (long)gibibytes << 30;
        try
        {
            var plan = ProgramPlan.Create(program, costs, new LocalSearchPlacement(), new PlanOptions(bounds, WorkingBytes: left));
            foreach (var line in plan.Log)
                TestContext.Out.WriteLine(line);
            TestContext.Out.WriteLine(budget.Table(plan));
            TestContext.Out.WriteLine(
                $"{watch.Elapsed.TotalSeconds:F1} s; {plan.Milliseconds / 1000 / examples:F2} s an example; "
                + $"{Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
            foreach (var store in plan.Program.Instructions.OfType<Store>())
                TestContext.Out.WriteLine($"  {store.Operand}");
        }
        catch (MemoryBudgetException refused)
        {
            foreach (var line in refused.Log)
                TestContext.Out.WriteLine(line);
            TestContext.Out.WriteLine($"refused after {watch.Elapsed.TotalSeconds:F1} s: {refused.Message}");
        }
    }
}

using System.Numerics;
using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>
/// One whole training step of a tiny two-layer model, planned, on real ciphertexts over N = 2^12 with the whole chain of N16QP1746: masks, loss
/// scale, bootstraps, optimizer. Every group is decrypted and compared with clear slots.
/// </summary>
internal sealed class TinyStep
{
    /// <summary>Of what is zero in a first step: ranges of bootstraps are not below it.</summary>
    private const double LeastBound = 1.0 / (1 << 20);

    private const string Refreshed = ".refreshed";

    /// <summary>Of runs with injected noise; the calibration has other seeds.</summary>
    private static readonly int[] NoiseSeeds = [.. Enumerable.Range(101, 6)];

    public static readonly SlotGrid Grid = new(16, 16, 8);

    public static readonly ModelShape Shape = new(2, 48, 8, 72, 5, 2, 8, 64, 2);

    private readonly GraphedModel _model;
    private readonly IReadOnlySet<string> _tensors;

    public TinyStep(ReferenceModel reference, double lossScale, AdamWHe optimizer, Func<EncryptedProgram, long>? workingBytes = null)
    {
        _model = new GraphedModel(reference, Shape, Grid);
        _model.Training.AddUpdate(optimizer);
        var scalars = new Dictionary<string, double>(optimizer.Scalars(1, 0.01, lossScale)) { [ScalarNames.LossScale] = lossScale };
        Constants = new ProgramConstants(reference.CentredFrozen(), scalars);
        Parameters = CkksParameters.Create(NamedParameters.Find("insecure-N12-bootstrapping"));
        (Program, var values) = _model.Training.Graph.Lower();
        _tensors = values.Values.Select(value => value.Name).ToHashSet();
        Bounds = [];
        var calibrated = new InstructionNoise(CkksLevels.ForBootstrapping(new BootstrappingPlan(Parameters)));
        Statistics = ErrorCalibration.Run(Program, calibrated, _model.Inputs(), Constants, draws: 3, (value, vectors) =>
            Bounds[value.Name] = Math.Max(vectors.Max(vector => vector.Max(Math.Abs)), LeastBound));
        var costs = new ParameterCosts(CostTableText.Include("avx512"), CkksParameters.Create(NamedParameters.N16QP1746Bootstrapping));
        Plan = ProgramPlan.Create(
            Program, costs, new LocalSearchPlacement(), new PlanOptions(Bounds, RangeMargin: 1.5, WorkingBytes: workingBytes));
    }

    public CkksParameters Parameters { get; }

    public EncryptedProgram Program { get; }

    public ProgramConstants Constants { get; }

    public IReadOnlyDictionary<string, SlotStatistics> Statistics { get; }

    /// <summary>Whether a group of the planned program holds a tensor of the graph, or a refreshed one.</summary>
    public bool IsTensor(string group) =>
        _tensors.Contains(group.EndsWith(Refreshed, StringComparison.Ordinal) ? group[..^Refreshed.Length] : group);

    public Dictionary<string, double> Bounds { get; }

    public ProgramPlan Plan { get; }

    public GraphedModel Model => _model;

    /// <summary>What <see cref="Run"/> compared with clear slots on the way.</summary>
    public ShadowRun? Shadow { get; private set; }

    /// <summary>The noise of every group that the planned program makes, and the decrypted outputs.</summary>
    public (IReadOnlyList<GroupNoise> Noise, Dictionary<string, double[][]> Outputs) Run()
    {
        var planned = Plan.Program;
        var noise = NoiseOf(Parameters);
        var exact = RunClear();
        var simulated = Simulate(noise, exact);
        var estimates = EstimateBy(noise);
        var extrapolated = EstimateBy(NoiseOf(CkksParameters.Create(NamedParameters.N16QP1746Bootstrapping)));
        using var secret = SecretKey.Generate(Parameters);
        using var keys = KeysOf(secret, ProgramKeys.Of(planned, noise.Levels));
        var evaluator = new Evaluator(Parameters, keys);
        var bootstrapping = new BootstrappingPlan(Parameters, range: LargestRange);
        using var bootstrapper = new Bootstrapper(bootstrapping, evaluator, new CkksEncoder(Parameters));
        using var groups = new CkksGroups(noise.Levels, evaluator, bootstrapper);
        var (encryptor, decryptor) = (new Encryptor(secret), new Decryptor(secret));
        var inputs = _model.Inputs();
        var encrypted = planned.Inputs.ToDictionary(input => input.Name, input => inputs[input.Name].Select(
            slots => groups.Load(encryptor.Encrypt(slots, noise.Levels.OfCiphertext(planned.Levels!.Inputs[input.Name])))).ToArray());
        var measured = new List<GroupNoise>();
        using var shadow = new ShadowRun(
            planned, inputs, Constants, estimates, vector => decryptor.DecryptToSlots(CkksGroups.Read(vector)));
        Shadow = shadow;
        var outputs = ProgramRun.Execute(planned, groups, encrypted, Constants, (instruction, value, vectors) =>
        {
            shadow.Observe(instruction, value, vectors);
            Complex[][] slots = [.. vectors.Select(vector => decryptor.DecryptToComplexSlots(CkksGroups.Read(vector)))];
            double[] errors = [.. Errors(slots.Select(vector => vector.Select(slot => slot.Real).ToArray()), exact[value.Name])];
            measured.Add(new GroupNoise(
                value.Name, vectors[0].Level, RootMeanSquare(exact[value.Name].SelectMany(vector => vector)), RootMeanSquare(errors),
                RootMeanSquare(slots.SelectMany(vector => vector).Select(slot => slot.Imaginary)), errors.Max(Math.Abs), estimates[value],
                simulated[value.Name], extrapolated[value].Error));
        });
        var decrypted = outputs.ToDictionary(
            output => output.Key, output => output.Value.Select(vector => decryptor.DecryptToSlots(CkksGroups.Read(vector))).ToArray());
        foreach (var vector in encrypted.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
            vector.Dispose();
        return (measured, decrypted);
    }

    private double LargestRange => Plan.Program.Instructions.OfType<Refresh>().SelectMany(refresh => refresh.Ranges).Max();

    private InstructionNoise NoiseOf(CkksParameters parameters)
    {
        var bootstrapping = new BootstrappingPlan(parameters, range: LargestRange);
        return new InstructionNoise(CkksLevels.ForBootstrapping(bootstrapping), bootstrapping);
    }

    private IReadOnlyDictionary<Value, GroupEstimate> EstimateBy(InstructionNoise noise) =>
        new NoiseEstimate(noise, Plan.Program, Statistics, Constants).Estimate();

    /// <summary>Root mean squares of each group's errors in runs with injected noise.</summary>
    private Dictionary<string, double[]> Simulate(InstructionNoise noise, Dictionary<string, double[][]> exact)
    {
        var runs = NoiseSeeds.Select(seed => RunClear(new InjectedNoise(noise, seed))
            .ToDictionary(group => group.Key, group => RootMeanSquare(Errors(group.Value, exact[group.Key])))).ToArray();
        return exact.Keys.ToDictionary(name => name, name => runs.Select(run => run[name]).ToArray());
    }

    /// <summary>Slots of all groups that the planned program makes on clear slots.</summary>
    public Dictionary<string, double[][]> RunClear(InjectedNoise? noise = null, string? folder = null)
    {
        var planned = Plan.Program;
        var groups = new ClearGroups(Grid.SlotCount, planned.Levels!.Refreshed) { Noise = noise };
        var slots = new Dictionary<string, double[][]>();
        var inputs = _model.Inputs().ToDictionary(
            input => input.Key, input => input.Value.Select(vector => groups.Load(vector, planned.Levels.Inputs[input.Key])).ToArray());
        var outputs = ProgramRun.Execute(
            planned, groups, inputs, Constants, (_, value, vectors) => slots[value.Name] = [.. vectors.Select(ClearGroups.Read)], folder);
        foreach (var vector in inputs.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
            vector.Dispose();
        return slots;
    }

    private static EvaluationKeys KeysOf(SecretKey secret, ProgramKeys needed) =>
        new KeyGenerator(secret).CreateEvaluationKeys(new EvaluationKeyRequest
        {
            RelinearizationLevel = needed.RelinearizationLevel,
            ConjugationLevel = needed.ConjugationLevel,
            Rotations = [.. needed.Rotations.Select(rotation => (rotation.Key, rotation.Value))],
            Encapsulation = needed.Encapsulation,
        });

    private static IEnumerable<double> Errors(IEnumerable<double[]> slots, double[][] exact) =>
        slots.Zip(exact).SelectMany(pair => pair.First.Zip(pair.Second, (x, y) => x - y));

    private static double RootMeanSquare(IEnumerable<double> values) => Math.Sqrt(values.Average(value => value * value));
}

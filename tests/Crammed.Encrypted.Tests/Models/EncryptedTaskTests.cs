using Crammed.Ckks;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Files;
using Crammed.Model;
using Crammed.Trainer;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>
/// A checkpoint and a draw become a plan and a container, the training program trains and evaluates on them, and the key holder reads what
/// came of it: the same as on clear slots.
/// </summary>
[TestFixture(2, UpdateRule.AdamwHe, TestName = "two classes")]
[TestFixture(6, UpdateRule.AdamwHe, TestName = "six classes")]
[TestFixture(0, UpdateRule.AdamwHe, TestName = "scores")]
[TestFixture(2, UpdateRule.Nesterov, TestName = "two classes, Nesterov")]
internal sealed class EncryptedTaskTests(int classes, UpdateRule rule)
{
    private const int Examples = 16, EvaluationExamples = 5, PrecisionBits = 20;

    /// <summary>
    /// Of what a step changes: gradients on ciphertexts are within 2^-10 of those on clear slots (TinyStepTests), the second step begins
    /// where the first one ended, and the update divides by the root of second moments, which doubles a relative error at most.
    /// </summary>
    private const double LargestDifference = 1.0 / 64;

    /// <summary>Of what is zero: ranges of bootstraps are not below it.</summary>
    private const double LeastBound = 1.0 / (1 << 20);

    private static readonly SlotGrid Grid = new(16, 16, 8);

    private ModelShape Shape => new(1, 24, 4, 40, 5, 2, 8, 32, classes) { HasNormVectors = true };

    private FineTuningSettings Settings => new()
    {
        Steps = 2,
        BatchSize = 12,
        Optimizer = rule,
        Rank = 2,
        Alpha = 2 * ReferenceModel.AdapterScale,
        Epsilon = 0.05,
        LearningRate = 0.01,
    };

    private string _folder = null!;
    private PlanFolder _plan = null!;
    private TaskPacking _packing = null!;
    private FineTuningDraw _draw = null!;
    private PackedExample[] _examples = null!;

    [OneTimeSetUp]
    public void MakePlan()
    {
        _folder = Directory.CreateTempSubdirectory("crammed-task-").FullName;
        var reference = new ReferenceModel(Shape, Grid, seed: 11);
        var checkpoint = Path.Combine(_folder, "model");
        CheckpointFolder.Write(checkpoint, reference, Shape, Grid.Tokens);
        var configuration = BertConfiguration.Read(Path.Combine(checkpoint, CheckpointFiles.Configuration));
        _draw = FineTuningDraw.Create(seed: 3, Settings, configuration, Examples, largestScore: classes == 0 ? 1 : 0);
        var size = Grid.Tokens * Shape.Hidden;
        _examples =
        [
            .. Enumerable.Range(0, Examples).Select(i => new PackedExample(
                [.. reference.Data.Embedding.Skip(i * size).Take(size).Select(value => (float)value)],
                [.. Enumerable.Range(0, Grid.Tokens).Select(token => token < reference.Data.Lengths[i] ? 1 : 0)],
                reference.Data.Labels[i])),
        ];
        WritePlan(checkpoint);
        _packing = TaskPacking.Of(_plan, checkpoint);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Training_and_evaluation_give_the_key_holder_what_clear_slots_give()
    {
        var (keys, container) = (Path.Combine(_folder, "keys"), Path.Combine(_folder, "container"));
        KeyFolder.Generate(
            keys, KeyFolderRequest.Of([_plan.Training, _plan.Evaluation], _plan.Levels), SystemResources.Process, null,
            CancellationToken.None);
        using var secret = KeyFolder.OpenSecret(keys, _plan.Parameters);
        var data = _packing.Data(_plan, _draw, _examples, _examples[..EvaluationExamples]);
        new EncryptedContainerWriter(_plan, secret, threads: 2).Write(
            container, new ContainerSource(new string('d', 64), new string('e', 64), "reference"), data, null, CancellationToken.None);
        var (trained, evaluated) = (Path.Combine(_folder, "trained"), Path.Combine(_folder, "evaluated"));
        string[] arguments = ["--plan", _plan.Folder, "--container", container, "--keys", KeyFolder.PublicOf(keys)];
        Run([.. arguments, "--output", trained]);
        var states = Path.Combine(trained, RunFiles.States);
        Run([.. arguments, "--output", evaluated, "--evaluate", states]);

        var results = new TrainingResults(_plan, _packing, secret, PrecisionBits);
        var state = data.State();
        for (var step = 0; step < Settings.Steps; step++)
        {
            double[] labels = [.. _draw.Batch(step).ToArray().Select(index => _examples[index].Label)];
            var outputs = RunClear(_plan.Training, state, data.Batch(step), _plan.Constants(step));
            state = _plan.State.ToDictionary(value => value.Name, value => outputs[value.Name]);
            var logits = results.Logits(Path.Combine(trained, RunFiles.Logits(step)), _plan.Training, labels.Length);
            Assert.That(
                TrainingResults.Loss(logits, labels),
                Is.EqualTo(Loss(_packing.Logits(outputs[PlanFolder.Logits], labels.Length), labels)).Within(1e-3), $"step {step}");
        }
        var (start, expected, found) = (CheckpointModel.Trained(_draw), _packing.Trained(state), results.Trained(states));
        Assert.That(found.Keys, Is.EquivalentTo(start.Keys));
        var moved = start.Keys.Sum(name => Apart(start[name], expected[name]));
        var apart = start.Keys.Sum(name => Apart(found[name], expected[name]));
        TestContext.Out.WriteLine($"difference of what {Settings.Steps} steps change: 2^{Math.Log2(Math.Sqrt(apart / moved)):F1}");
        Assert.That(Math.Sqrt(apart / moved), Is.LessThan(LargestDifference));

        var clear = RunClear(_plan.Evaluation, state, data.Evaluation(0), _plan.Constants(0));
        var expectedLogits = _packing.Logits(clear[PlanFolder.Logits], EvaluationExamples);
        var foundLogits = results.Logits(Path.Combine(evaluated, RunFiles.Logits(0)), _plan.Evaluation, EvaluationExamples);
        for (var example = 0; example < EvaluationExamples; example++)
            Assert.That(foundLogits[example], Is.EqualTo(expectedLogits[example]).Within(1e-3), $"example {example}");
        var predictions = TrainingResults.Predictions(foundLogits);
        Assert.That(foundLogits.Zip(predictions, (logits, label) => logits.Max() - logits[label]), Is.All.Zero);
        Assert.That(Directory.GetFiles(evaluated, "logits-*"), Has.Length.EqualTo(1));
    }

    /// <summary>Mean over examples, by the textbook's formulas.</summary>
    private double Loss(double[][] logits, double[] labels) => classes == 0
        ? logits.Zip(labels, (values, score) => Math.Pow(values[0] - score, 2)).Average()
        : logits.Zip(labels, (values, label) => Math.Log(values.Sum(value => Math.Exp(value - values[(int)label])))).Average();

    private static double Apart(double[] left, double[] right) => left.Zip(right, (x, y) => (x - y) * (x - y)).Sum();

    private static void Run(string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        Assert.That(ProgramCommand.Run(arguments, output, errors), Is.Zero, errors.ToString());
        TestContext.Out.WriteLine(output);
    }

    private static Dictionary<string, double[][]> RunClear(
        EncryptedProgram program, IReadOnlyDictionary<string, double[][]> state, IReadOnlyDictionary<string, double[][]> batch,
        ProgramConstants constants, ValueObserver? observer = null)
    {
        var groups = new ClearGroups(Grid.SlotCount, program.Levels?.Refreshed ?? 0) { ChecksLevels = program.Levels is not null };
        var inputs = program.Inputs.ToDictionary(
            input => input.Name, input => (state.GetValueOrDefault(input.Name) ?? batch[input.Name])
                .Select(slots => groups.Load(slots, program.Levels?.Inputs[input.Name] ?? 0)).ToArray());
        var outputs = ProgramRun.Execute(program, groups, inputs, constants, observer);
        return outputs.ToDictionary(output => output.Key, output => output.Value.Select(ClearGroups.Read).ToArray());
    }

    /// <summary>
    /// Bounds are those of both steps on clear slots, and of one more, since what is evaluated is the state after the last: in the first step
    /// all but the classifier's gradient is zero, and so are products with the adapters' B.
    /// </summary>
    private void WritePlan(string checkpoint)
    {
        var parameters = CkksParameters.Create(NamedParameters.Find("insecure-N12-bootstrapping"));
        var costs = new ParameterCosts(CostTableText.Include("avx2"), parameters);
        var model = CheckpointModel.Load(checkpoint, Settings, _draw.Shape, costs.RefreshedLevel);
        var programs = ModelPrograms.Of(model.Graph(Grid));
        var packing = new TaskPacking(model, Grid);
        var bounds = new Dictionary<string, double>();
        var state = packing.State(CheckpointModel.Trained(_draw));
        for (var step = 0; step <= Settings.Steps; step++)
        {
            var used = Math.Min(step, Settings.Steps - 1);
            var batch = packing.Batch([.. _draw.Batch(used).ToArray().Select(index => _examples[index])]);
            var constants = model.Constants(step + 1, Settings.LearningRateAt(used));
            var outputs = RunClear(programs.Training, state, batch, constants, (_, value, vectors) => bounds[value.Name] = Math.Max(
                bounds.GetValueOrDefault(value.Name, LeastBound), vectors.Max(vector => ClearGroups.Read(vector).Max(Math.Abs))));
            state = state.Keys.ToDictionary(name => name, name => outputs[name]);
        }
        var given = programs.Training.Inputs.Select(input => input.Name).ToHashSet();
        var states = programs.Training.Outputs.Keys.Where(given.Contains).ToDictionary(name => name, _ => costs.RefreshedLevel);
        var scalars = Enumerable.Range(0, Settings.Steps)
            .Select(step => model.Constants(step + 1, Settings.LearningRateAt(step)).Scalars).ToArray();
        var folder = Path.Combine(_folder, "plan");
        Directory.CreateDirectory(folder);
        PlanFolder.Write(
            folder,
            (weights, training, evaluation) => new PlanManifest
            {
                ParameterSet = parameters.Name,
                Security = parameters.SecurityDescription,
                ModelSha256 = FileHash.Sha256(Path.Combine(checkpoint, CheckpointFiles.Weights)),
                WeightsSha256 = weights,
                Training = training,
                Evaluation = evaluation,
                Settings = Settings,
                Shape = _draw.Shape,
                Scalars = scalars[0].Keys.ToDictionary(
                    name => name, IReadOnlyList<double> (name) => [.. scalars.Select(step => step[name])]),
                PredictedSeconds = 1,
                PredictedBytes = 1L << 30,
            },
            Plan(programs.Training), Plan(programs.Evaluation), model.Matrices, model.Vectors);
        _plan = PlanFolder.Open(folder);

        EncryptedProgram Plan(EncryptedProgram program) => ProgramPlan.Create(
            program, costs, new LocalSearchPlacement(5000),
            new PlanOptions(
                bounds, RangeMargin: 2,
                OutputLevels: states.Where(state => program.Outputs.ContainsKey(state.Key)).ToDictionary())).Program;
    }
}

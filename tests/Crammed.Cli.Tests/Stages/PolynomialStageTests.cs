using Crammed.Bert;
using Crammed.Ckks;
using Crammed.Cli.Stages;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Model;

namespace Crammed.Cli.Tests.Stages;

/// <summary>The plaintext twin against the encrypted program on clear slots: two programs for one function.</summary>
internal sealed class PolynomialStageTests
{
    private const int Tokens = 16;

    /// <summary>Places: the 20 of the split are evaluated in three batches.</summary>
    private const int Examples = 8;
    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11);
    private TemporaryFolder _folder = null!;
    private string _model = null!;
    private ExportOutcome _export = null!;
    private TrainedWeights _weights = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _folder = new TemporaryFolder();
        var small = SmallRun.Input(SmallData.WriteText(_folder));
        // Of a size whose parameters and activations fit the slots of a small ring.
        var input = small with { Configuration = small.Configuration with { SequenceLength = Tokens } };
        _model = PretrainStage.Load(input, null, CancellationToken.None).Run(_folder.Path, null, CancellationToken.None).ModelFolder;
        using var export = ExportStage.Load(SmallRun.ExportInput("sst2") with { ModelFolder = _model });
        _export = export.Run(_folder.Combine("export"), null, CancellationToken.None).Single();
        var draw = DrawStage.Load(SmallRun.DrawInput(_export) with { ModelFolder = _model }).Draw;
        using var run = DrawRunStage.Load(_model, _export.TrainFolder, draw);
        _weights = run.Run(_folder.Combine("run"), null, CancellationToken.None).Weights;
    }

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    /// <summary>
    /// Both are within polynomials' errors of the true functions, but inverse roots are other polynomials: a program's are within 2^-16
    /// relative to their values, and so are the twin's. The kernel multiplies that by its squarings, 2^5, where its value is small; logits
    /// are below 1. The program's frozen weights are float32.
    /// </summary>
    [Test]
    public void Its_logits_are_those_of_the_encrypted_program_on_clear_slots()
    {
        const double tolerance = 1.0 / (1 << 11);
        using var evaluation = Load();
        var outcome = Run(evaluation, new TwinSettings());
        var circuit = ProgramLogits();
        for (var example = 0; example < circuit.Length; example++)
        {
            var twin = outcome.Polynomial.Predictions.Logits[example];
            Assert.That(twin, Is.EqualTo(circuit[example]).Within(tolerance), $"example {example}");
        }
        Assert.That(circuit.SelectMany(logits => logits).Max(Math.Abs), Is.GreaterThan(10 * tolerance), "trained");
        Assert.That(outcome.LargestLogitDifference, Is.GreaterThan(1e-9), "polynomials, not the true functions");
        Assert.That(outcome.LargestLogitDifference, Is.LessThan(1e-3));
    }

    [Test]
    public void Its_files_hold_both_answers_and_every_function_with_its_range()
    {
        using var evaluation = Load();
        var outcome = Run(evaluation, new TwinSettings { NoiseBits = 12, NoiseSeed = 4 });
        var ranges = new CsvFile(_folder.Combine("evaluation/ranges.csv"));
        Assert.That(ranges.Texts("name"), Is.EqualTo(new[]
        {
            "layer0.attention_norm.variance", "layer0.kernel.argument", "layer0.feed_forward_norm.variance", "final_norm.variance",
            "head.tanh.input",
        }));
        double[] low = ranges.Numbers("domain_low"), high = ranges.Numbers("domain_high");
        double[] first = ranges.Numbers("observed_low"), last = ranges.Numbers("observed_high");
        for (var i = 0; i < low.Length; i++)
        {
            // The slack that DomainMonitor gives to rounding; noise of 2^-12 can move a kernel argument of 0 further: it is counted.
            Assert.That(first[i], Is.GreaterThanOrEqualTo(low[i]).And.LessThanOrEqualTo(last[i]));
        }
        Assert.That(ranges.Numbers("outside").Sum(), Is.EqualTo(outcome.Outside));
        // 20 examples of 16 tokens, a norm each; squared distances of two heads; 8 units of the head.
        Assert.That(ranges.Numbers("values"), Is.EqualTo(new double[] { 320, 320 * 16 * 2, 320, 320, 160 }));
        Assert.That(ranges.Numbers("levels")[1], Is.EqualTo(evaluation.Classifier.Model.Configuration.KernelPower + 1));
        var exact = new CsvFile(_folder.Combine("evaluation/predictions.csv"));
        var polynomial = new CsvFile(_folder.Combine("evaluation/predictions_polynomial.csv"));
        var difference = exact.Numbers("logit_0").Zip(polynomial.Numbers("logit_0"), (a, b) => Math.Abs(a - b))
            .Concat(exact.Numbers("logit_1").Zip(polynomial.Numbers("logit_1"), (a, b) => Math.Abs(a - b))).Max();
        Assert.That(difference, Is.EqualTo(outcome.LargestLogitDifference));
        Assert.That(difference, Is.GreaterThan(Math.Pow(2, -14)), "noise of 2^-12 shows");
        Assert.That(
            new CsvFile(_folder.Combine("evaluation/metrics_polynomial.csv")).Numbers("value")[0],
            Is.EqualTo(outcome.Polynomial.Main.Value));
        var observed = Calibration.Read(_folder.Combine("evaluation/calibration.json"));
        Assert.That(observed.Source, Is.EqualTo(_export.DevFolder));
        Assert.That(observed.Examples, Is.EqualTo(20));
    }

    [Test]
    public void Ranges_of_the_examples_serve_a_model_without_a_calibration()
    {
        using var evaluation = Load();
        Assert.That(
            Assert.Throws<FileNotFoundException>(() => PolynomialStage.Load(evaluation, Input("none.json", new TwinSettings())))!.Message,
            Is.EqualTo("none.json: not found; crammed pretrain writes it, and after full fine-tuning give polynomial.ranges=task"));
        var outcome = PolynomialStage.Load(evaluation, Input(null, new TwinSettings())).Run(_folder.Combine("own"), CancellationToken.None);
        Assert.That(outcome.Outside, Is.Zero);
        Assert.That(outcome.LargestLogitDifference, Is.Not.Zero.And.LessThan(1e-3));
        Assert.That(outcome.Exact.Predictions.Logits, Is.EqualTo(Run(evaluation, new TwinSettings()).Exact.Predictions.Logits));
    }

    private EvaluateStage Load() => EvaluateStage.Load(new EvaluateInput
    {
        ModelFolder = _model,
        DevFolder = _export.DevFolder,
        Task = _export.Task,
        Weights = _weights,
    });

    private PolynomialOutcome Run(EvaluateStage evaluation, TwinSettings settings) => PolynomialStage
        .Load(evaluation, Input(Path.Combine(_model, CheckpointFiles.Calibration), settings with { OutOfRange = OutOfRange.Report }))
        .Run(_folder.Combine("evaluation"), CancellationToken.None);

    private static PolynomialInput Input(string? calibration, TwinSettings settings) =>
        new(calibration, Margin: 1.5, Parameters.WorkingLevel, settings);

    /// <summary>[example][class], by the program that runs on ciphertexts, before levels.</summary>
    private double[][] ProgramLogits()
    {
        var model = CheckpointModel.Load(_model, _weights.Settings, _weights.Shape, Parameters.WorkingLevel);
        var grid = new SlotGrid(Tokens, Examples, Parameters.SlotCount / (Tokens * Examples));
        var packing = new TaskPacking(model, grid);
        var backend = new ClearGroups(grid.SlotCount, refreshedLevel: 0) { ChecksLevels = false };
        var program = DeadCodeElimination.Run(ModelPrograms.Of(model.Graph(grid)).Evaluation).Program;
        return [.. EncryptableSplit.Read(_export.DevFolder).Examples.Chunk(Examples).SelectMany(batch =>
        {
            var inputs = packing.Batch(batch).Concat(packing.State(CheckpointModel.Trained(_weights)))
                .ToDictionary(input => input.Key, input => input.Value.Select(slots => backend.Load(slots)).ToArray());
            var outputs = ProgramRun.Execute(program, backend, inputs, model.Constants(1, learningRate: 0));
            return packing.Logits([.. outputs[PlanFolder.Logits].Select(ClearGroups.Read)], batch.Length);
        })];
    }
}

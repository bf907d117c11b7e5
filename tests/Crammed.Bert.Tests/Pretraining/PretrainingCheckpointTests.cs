using System.Text;
using Crammed.Files;

namespace Crammed.Bert.Tests;

public class PretrainingCheckpointTests
{
    private const int Steps = 20;

    private static readonly PretrainingSettings Settings = new()
    {
        BudgetSteps = Steps,
        BatchSize = 16,
        MicroBatchSize = 5,
        BatchRamp = 0.6,
        DocumentBatchSize = 8,
        LearningRate = 0.01,
        Seed = 3,
    };

    private string _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("crammed-checkpoint-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(1)]
    [TestCase(10)]
    [TestCase(19)]
    [TestCase(20)]
    public void A_resumed_run_equals_an_uninterrupted_one_bit_for_bit(int interruptedAfter)
    {
        var (whole, expected) = Train(Settings);
        var (first, _) = Train(Settings, interruptedAfter);
        Assert.That(first.Steps, Is.EqualTo(interruptedAfter));
        using var checkpoint = PretrainingCheckpoint.Open(PretrainingCheckpoints.Latest(_folder)!);
        // Other initial weights: what counts is what the checkpoint holds.
        var (second, weights) = Train(Settings, resume: checkpoint, modelSeed: 99);
        Assert.That(weights, Is.EqualTo(expected));
        Assert.That(WithoutSeconds(second), Is.EqualTo(WithoutSeconds(whole)));
        Assert.That((second.Steps, second.Tokens, second.HeldOutLoss), Is.EqualTo((whole.Steps, whole.Tokens, whole.HeldOutLoss)));
        Assert.That(second.Metrics.Select(row => row.Seconds), Is.Ordered.Ascending);
    }

    [Test]
    public void The_last_two_checkpoints_are_kept()
    {
        var steps = new List<int>();
        var model = new BertModel(PretrainerTests.Configuration(), seed: 1);
        Pretrainer.Run(
            model, PretrainerTests.Corpus(1), PretrainerTests.Corpus(2), Settings with { BudgetSteps = 5 },
            checkpoints: new PretrainingCheckpoints { Folder = _folder, Interval = TimeSpan.Zero, Saved = (_, step) => steps.Add(step) });
        Assert.That(steps, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        Assert.That(Names(), Is.EqualTo(new[] { "step-000000004.safetensors", "step-000000005.safetensors" }));
    }

    [Test]
    public void A_run_that_goes_back_replaces_the_steps_it_repeats()
    {
        Train(Settings, interruptedAfter: 4);
        var early = PretrainingCheckpoints.Latest(_folder)!;
        File.Copy(early, early + ".copy");
        Train(Settings, interruptedAfter: 9);
        using var checkpoint = PretrainingCheckpoint.Open(early + ".copy");
        Train(Settings, interruptedAfter: 6, resume: checkpoint);
        Assert.That(Path.GetFileName(PretrainingCheckpoints.Latest(_folder)), Is.EqualTo("step-000000006.safetensors"));
    }

    [Test]
    public void A_checkpoint_of_another_run_is_refused_by_the_first_field_that_differs()
    {
        Train(Settings, interruptedAfter: 2);
        var path = PretrainingCheckpoints.Latest(_folder)!;
        using var checkpoint = PretrainingCheckpoint.Open(path);
        Assert.That(
            () => Train(Settings with { LearningRate = 0.02 }, resume: checkpoint),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                $"{path}: made with train.learning_rate = 0.01, and this run has 0.02; "
                + "resume with the configuration that it was made with"));
        Assert.That(
            () => Train(Settings with { Penalty = new RangePenaltySettings { Start = 0.5 } }, resume: checkpoint),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("train.penalty.start = 0, and this run has 0.5"));
        var configuration = PretrainerTests.Configuration() with { Heads = 1 };
        Assert.That(
            () => checkpoint.RequireSame(configuration, Settings, PretrainerTests.Corpus(1), PretrainerTests.Corpus(2)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("model.heads = 2, and this run has 1"));
        Assert.That(
            () => checkpoint.RequireSame(PretrainerTests.Configuration(), Settings, PretrainerTests.Corpus(3), PretrainerTests.Corpus(2)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("corpus.sha256 = "));
    }

    /// <summary>The polynomial kernel far outside its stable range overflows; what was saved fails again at the very same step.</summary>
    [Test]
    public void Divergence_saves_the_state_before_the_failing_step()
    {
        var settings = Settings with
        {
            BudgetSteps = 500,
            LearningRate = 1,
            GradientClip = 1e30,
            Penalty = new RangePenaltySettings { KernelWeight = 0, VarianceWeight = 0, ResidualWeight = 0 },
        };
        var failure = Assert.Throws<TrainingDivergedException>(() => Train(settings))!;
        Assert.That(failure.Message, Does.Contain($"at step {failure.Step}; lower the learning rate"));
        var path = PretrainingCheckpoints.Latest(_folder)!;
        using var checkpoint = PretrainingCheckpoint.Open(path);
        Assert.That(checkpoint.Steps, Is.EqualTo(failure.Step - 1));
        Assert.That(
            () => Train(settings, resume: checkpoint),
            Throws.TypeOf<TrainingDivergedException>().With.Property(nameof(TrainingDivergedException.Step)).EqualTo(failure.Step));
    }

    [TestCase("""{"steps":-1,"tokens":0,"seconds":0,"position":{"micro_batches":0,"sequences":0,"documents":0}}""", "steps is -1")]
    [TestCase("""{"steps":1,"tokens":0,"seconds":0,"position":{"micro_batches":0,"sequences":2147483647,"documents":0}}""", "sequences is")]
    [TestCase("""{"steps":1,"tokens":0,"seconds":0}""", "position")]
    [TestCase("[]", "malformed")]
    public void Numbers_that_no_run_has_are_refused(string state, string expected)
    {
        var path = Path.Combine(_folder, "hostile.safetensors");
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", "crammed-pretraining/1");
        writer.AddMetadata("state", state);
        writer.AddMetadata("identity", "{}");
        writer.Write(path);
        Assert.That(
            () => PretrainingCheckpoint.Open(path), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path)
                .And.Message.Contains(expected));
    }

    [TestCase(MatrixProductPrecision.Float32)]
    [TestCase(MatrixProductPrecision.Bfloat16)]
    public void A_run_that_leaves_its_precision_open_keeps_the_one_it_was_started_with(MatrixProductPrecision precision)
    {
        var (_, expected) = Train(Settings with { Precision = precision });
        Train(Settings with { Precision = precision }, interruptedAfter: 3);
        using var checkpoint = PretrainingCheckpoint.Open(PretrainingCheckpoints.Latest(_folder)!);
        Assert.That(checkpoint.Precision, Is.EqualTo(precision));
        var (_, weights) = Train(Settings with { Precision = MatrixProductPrecision.Auto }, resume: checkpoint);
        Assert.That(weights, Is.EqualTo(expected));
        var other = precision == MatrixProductPrecision.Float32 ? MatrixProductPrecision.Bfloat16 : MatrixProductPrecision.Float32;
        Assert.That(
            () => Train(Settings with { Precision = other }, resume: checkpoint),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("train.precision = "));
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("""{"train":3}""")]
    [TestCase("""{"train":{"precision":"auto"}}""")]
    [TestCase("""{"train":{"precision":7}}""")]
    [TestCase("""{"train":{"precision":[]}}""")]
    public void A_checkpoint_without_a_precision_is_refused(string identity)
    {
        var path = Path.Combine(_folder, "hostile.safetensors");
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", "crammed-pretraining/1");
        writer.AddMetadata("state", """{"steps":1,"tokens":0,"seconds":0,"position":{"micro_batches":0,"sequences":0,"documents":0}}""");
        writer.AddMetadata("identity", identity);
        writer.Write(path);
        Assert.That(
            () => PretrainingCheckpoint.Open(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("metadata 'identity'"));
    }

    [Test]
    public void Metrics_of_another_number_of_steps_are_refused()
    {
        Train(Settings, interruptedAfter: 2);
        var path = PretrainingCheckpoints.Latest(_folder)!;
        var bytes = File.ReadAllBytes(path);
        // The same length, so that the header stays a header.
        const string Number = "{\\u0022steps\\u0022:";
        var position = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Number + "2"));
        Assert.That(position, Is.Positive, "the header holds the number of steps");
        bytes[position + Number.Length] = (byte)'3';
        File.WriteAllBytes(path, bytes);
        using var checkpoint = PretrainingCheckpoint.Open(path);
        Assert.That(
            () => Train(Settings, resume: checkpoint), Throws.TypeOf<InvalidDataException>().With.Message.Contains("metrics.loss"));
    }

    [Test]
    public void A_file_cut_short_is_refused()
    {
        Train(Settings, interruptedAfter: 2);
        var path = PretrainingCheckpoints.Latest(_folder)!;
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        Assert.That(() => PretrainingCheckpoint.Open(path), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path));
    }

    private (PretrainingResult Result, Dictionary<string, double[]> Weights) Train(
        PretrainingSettings settings, int? interruptedAfter = null, PretrainingCheckpoint? resume = null, long modelSeed = 1)
    {
        using var model = new BertModel(PretrainerTests.Configuration(), modelSeed);
        using var source = new CancellationTokenSource();
        var progress = new ImmediateProgress<WorkProgress>(report =>
        {
            if (report.Done == interruptedAfter)
                source.Cancel();
        });
        var checkpoints = new PretrainingCheckpoints { Folder = _folder, Interval = TimeSpan.FromDays(1), Resume = resume };
        var result = Pretrainer.Run(
            model, PretrainerTests.Corpus(1), PretrainerTests.Corpus(2), settings, progress, source.Token, checkpoints);
        return (result, Tiny.Weights(model));
    }

    private string?[] Names() => [.. Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)];

    private static IEnumerable<PretrainingMetrics> WithoutSeconds(PretrainingResult result) =>
        result.Metrics.Select(row => row with { Seconds = 0 });
}

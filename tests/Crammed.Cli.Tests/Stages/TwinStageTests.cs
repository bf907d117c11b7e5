using Crammed.Bert;
using Crammed.Cli.Stages;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Cli.Tests.Stages;

internal sealed class TwinStageTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Adapters_and_losses_are_written_and_the_model_stays()
    {
        byte[] weights = File.ReadAllBytes(Path.Combine(SmallRun.ModelFolder, CheckpointFiles.Weights));
        var input = SmallRun.TwinInput(SmallRun.Sentiment);
        var outcome = Run(input, "twin");
        var metrics = new CsvFile(outcome.MetricsFile);
        Assert.That(metrics.Numbers("step"), Is.EqualTo(Enumerable.Range(1, 6)));
        // The classifier starts at zero, so both classes are equally likely.
        Assert.That(metrics.Numbers("loss")[0], Is.EqualTo(Math.Log(2)).Within(1e-12));
        Assert.That(metrics.Numbers("learning_rate"),
            Is.EqualTo(Enumerable.Range(0, 6).Select(t => 0.05 * (1 + Math.Cos(Math.PI * t / 6)) / 2)).Within(1e-15));
        Assert.That(metrics.Numbers("loss"), Is.EqualTo(outcome.Training.Steps.Select(step => step.Loss)));
        var adapters = WeightFiles.ReadAdapters(outcome.AdaptersFile);
        Assert.That(adapters.HasAdapters);
        Assert.That(adapters.Values[TrainedTensorNames.NameB(0, "value")], Has.Some.Not.Zero, "B starts at zero and is trained");
        Assert.That(outcome.ModelFolder, Is.EqualTo(SmallRun.ModelFolder));
        Assert.That(File.ReadAllBytes(Path.Combine(SmallRun.ModelFolder, CheckpointFiles.Weights)), Is.EqualTo(weights));
    }

    [Test]
    public void The_same_draw_gives_the_same_bytes()
    {
        var input = SmallRun.TwinInput(SmallRun.Sentiment);
        var (first, second) = (Run(input, "first"), Run(input, "second"));
        Assert.That(File.ReadAllBytes(second.AdaptersFile), Is.EqualTo(File.ReadAllBytes(first.AdaptersFile)));
        Assert.That(File.ReadAllText(second.MetricsFile), Is.EqualTo(File.ReadAllText(first.MetricsFile)));
    }

    [Test]
    public void Regression_trains_on_a_checkpoint_that_was_saved_with_classes()
    {
        var outcome = Run(SmallRun.TwinInput(SmallRun.Similarity), "twin");
        // The head starts at zero: the loss is the mean square of the first batch's scores.
        var draw = SmallRun.TwinInput(SmallRun.Similarity).Draw;
        double expected = draw.Batch(0).ToArray().Average(index => (double)(index % 6 * (index % 6)));
        Assert.That(outcome.Training.Steps[0].Loss, Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Full_fine_tuning_writes_a_changed_model_that_needs_an_export_of_its_own()
    {
        var full = Run(SmallRun.TwinInput(SmallRun.Sentiment) with { Mode = FineTuningMode.Full }, "full");
        Assert.That(full.ModelFolder, Is.EqualTo(_folder.Combine("full/model")));
        Assert.That(Weights(full.ModelFolder), Is.Not.EqualTo(Weights(SmallRun.ModelFolder)));
        Assert.That(WeightFiles.ReadAdapters(full.AdaptersFile).HasAdapters, Is.False);
        var weights = WeightFiles.ReadAdapters(full.AdaptersFile);
        var stale = new EvaluateInput
        {
            ModelFolder = full.ModelFolder,
            DevFolder = SmallRun.Sentiment.DevFolder,
            Task = SmallRun.Sentiment.Task,
            Weights = weights,
        };
        Assert.That(
            Assert.Throws<InvalidDataException>(() => EvaluateStage.Load(stale))!.Message,
            Does.EndWith($"was exported with another model than {full.ModelFolder}; export the task with this model"));
        using var export = ExportStage.Load(SmallRun.ExportInput("sst2") with { ModelFolder = full.ModelFolder });
        var exported = export.Run(_folder.Combine("export"), null, CancellationToken.None).Single();
        using var evaluation = EvaluateStage.Load(stale with { DevFolder = exported.DevFolder });
        Assert.That(evaluation.Run(_folder.Combine("evaluation"), CancellationToken.None).Examples, Is.EqualTo(20));
    }

    [Test]
    public void A_draw_for_other_data_or_another_model_is_refused()
    {
        var input = SmallRun.TwinInput(SmallRun.Sentiment);
        var settings = input.Draw.Settings;
        Assert.That(
            Refusal<InvalidDataException>(FineTuningDraw.Create(1, settings, SmallRun.Pretraining.Configuration, 39)),
            Is.EqualTo($"{input.TrainFolder}: 40 examples, where the draw was drawn for 39; draw a new draw"));
        Assert.That(
            Refusal<InvalidDataException>(FineTuningDraw.Create(1, settings, SmallRun.Pretraining.Configuration with { Classes = 0 }, 40)),
            Is.EqualTo($"{input.TrainFolder}: the task sst2 has 2 classes, where the draw was drawn for 0; draw a new draw"));
        Assert.That(
            Refusal<ArgumentException>(FineTuningDraw.Create(1, settings, SmallRun.Pretraining.Configuration with { Layers = 2 }, 40)),
            Does.Contain("draw a new draw"));

        string Refusal<T>(FineTuningDraw draw)
            where T : Exception => Assert.Throws<T>(() => TwinStage.Load(input with { Draw = draw }))!.Message;
    }

    [Test]
    public void Cancelling_finishes_the_step_and_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        using var stage = TwinStage.Load(SmallRun.TwinInput(SmallRun.Sentiment));
        var seen = new List<long>();
        var progress = new RelayedProgress<StageProgress>(report =>
        {
            seen.Add(report.Done);
            source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => stage.Run(_folder.Path, progress, source.Token));
        Assert.That(seen, Is.EqualTo(new[] { 1L }));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder.Path), Is.Empty);
    }

    private TwinOutcome Run(TwinInput input, string name)
    {
        using var stage = TwinStage.Load(input);
        return stage.Run(_folder.Combine(name), progress: null, CancellationToken.None);
    }

    private static float[] Weights(string modelFolder)
    {
        using var file = SafetensorsFile.Open(Path.Combine(modelFolder, CheckpointFiles.Weights));
        return file.ReadFloat32("embedding.word.weight");
    }
}

using Crammed.Cli.Stages;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Cli.Tests.Stages;

internal sealed class DrawRunStageTests : FolderTests
{
    [Test]
    public void Adapters_and_losses_are_written_and_the_model_stays()
    {
        var weights = File.ReadAllBytes(Path.Combine(SmallRun.ModelFolder, CheckpointFiles.Weights));
        var outcome = Run(SmallRun.Sentiment, "run");
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
        Assert.That(File.ReadAllBytes(Path.Combine(SmallRun.ModelFolder, CheckpointFiles.Weights)), Is.EqualTo(weights));
    }

    /// <summary>Float32 beside float64: rounding of some 1e-7 in logits below 1, through a layer and a head.</summary>
    [Test]
    public void The_files_in_PEFTs_format_answer_as_the_adapters_do()
    {
        var outcome = Run(SmallRun.Sentiment, "run");
        var input = new EvaluateInput
        {
            ModelFolder = SmallRun.ModelFolder,
            DevFolder = SmallRun.Sentiment.DevFolder,
            Task = SmallRun.Sentiment.Task,
            Weights = outcome.Weights,
        };
        var expected = Logits(input);
        Assert.That(expected, Has.Some.GreaterThan(1e-3), "the head has learnt");
        Assert.That(Logits(input with { Weights = null, Tuned = Folder.Combine("run") }), Is.EqualTo(expected).Within(1e-5));

        double[] Logits(EvaluateInput from)
        {
            using var stage = EvaluateStage.Load(from);
            return [.. stage.Classifier.Predict(stage.Data).Logits.SelectMany(row => row)];
        }
    }

    [Test]
    public void The_same_draw_gives_the_same_bytes()
    {
        var (first, second) = (Run(SmallRun.Sentiment, "first"), Run(SmallRun.Sentiment, "second"));
        Assert.That(File.ReadAllBytes(second.AdaptersFile), Is.EqualTo(File.ReadAllBytes(first.AdaptersFile)));
        Assert.That(File.ReadAllText(second.MetricsFile), Is.EqualTo(File.ReadAllText(first.MetricsFile)));
    }

    [Test]
    public void Regression_trains_on_a_checkpoint_that_was_saved_with_classes()
    {
        var outcome = Run(SmallRun.Similarity, "run");
        // The head starts at zero: the loss is the mean square of the first batch's scores.
        var draw = SmallRun.Draw(SmallRun.Similarity);
        var expected = draw.Batch(0).ToArray().Average(index => (double)(index % 6 * (index % 6)));
        Assert.That(outcome.Training.Steps[0].Loss, Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Full_fine_tuning_writes_a_changed_model_that_needs_an_export_of_its_own()
    {
        var input = SmallRun.FineTuneInput("sst2") with { TrainLimit = 16 };
        FineTuneStage.Load(input).Run(Folder.Combine("full"), progress: null, CancellationToken.None);
        string tuned = Folder.Combine("full/seed-3"), model = Path.Combine(tuned, StageFiles.Model);
        Assert.That(Weights(model), Is.Not.EqualTo(Weights(SmallRun.ModelFolder)));
        var weights = WeightFiles.ReadAdapters(Path.Combine(tuned, StageFiles.Adapters));
        Assert.That(weights.HasAdapters, Is.False);
        var stale = new EvaluateInput
        {
            ModelFolder = model,
            DevFolder = SmallRun.Sentiment.DevFolder,
            Task = SmallRun.Sentiment.Task,
            Weights = weights,
        };
        Assert.That(
            Assert.Throws<InvalidDataException>(() => EvaluateStage.Load(stale))!.Message,
            Does.EndWith($"was exported with another model than {model}; export the task with this model"));
        using var export = ExportStage.Load(SmallRun.ExportInput("sst2") with { ModelFolder = model });
        var exported = export.Run(Folder.Combine("export"), null, CancellationToken.None).Single();
        using var evaluation = EvaluateStage.Load(stale with { DevFolder = exported.DevFolder });
        Assert.That(evaluation.Run(Folder.Combine("evaluation"), CancellationToken.None).Examples, Is.EqualTo(20));
    }

    [Test]
    public void A_draw_for_other_data_or_another_model_is_refused()
    {
        var settings = SmallRun.FineTuning;
        var file = SmallRun.Sentiment.TrainFolder;
        Assert.That(
            Refusal<InvalidDataException>(FineTuningDraw.Create(1, settings, SmallRun.Pretraining.Configuration, 39)),
            Is.EqualTo($"{file}: 40 examples, where the draw was drawn for 39; draw a new draw"));
        Assert.That(
            Refusal<InvalidDataException>(FineTuningDraw.Create(1, settings, SmallRun.Pretraining.Configuration with { Classes = 0 }, 40)),
            Is.EqualTo($"{file}: the task sst2 has 2 classes, where the draw was drawn for 0; draw a new draw"));
        Assert.That(
            Refusal<ArgumentException>(FineTuningDraw.Create(1, settings, SmallRun.Pretraining.Configuration with { Layers = 2 }, 40)),
            Does.Contain("draw a new draw"));

        string Refusal<T>(FineTuningDraw draw)
            where T : Exception => Assert.Throws<T>(() => DrawRunStage.Load(SmallRun.ModelFolder, file, draw))!.Message;
    }

    [Test]
    public void Cancelling_finishes_the_step_and_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        using var stage = SmallRun.DrawRun(SmallRun.Sentiment);
        var seen = new List<long>();
        var progress = new RelayedProgress<WorkProgress>(report =>
        {
            seen.Add(report.Done);
            if (report.Done == 1)
                source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => stage.Run(Folder.Path, progress, source.Token));
        Assert.That(seen, Is.EqualTo(new[] { 0L, 1L }));
        Assert.That(Directory.EnumerateFileSystemEntries(Folder.Path), Is.Empty);
    }

    private DrawRunOutcome Run(ExportOutcome export, string name)
    {
        using var stage = SmallRun.DrawRun(export);
        return stage.Run(Folder.Combine(name), progress: null, CancellationToken.None);
    }

    private static float[] Weights(string modelFolder)
    {
        using var file = SafetensorsFile.Open(Path.Combine(modelFolder, CheckpointFiles.Weights));
        return file.ReadFloat32("embedding.word.weight");
    }
}

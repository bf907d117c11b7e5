using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Tables;

namespace Crammed.Cli.Tests.Stages;

internal sealed class DrawStageTests : FolderTests
{
    [Test]
    public void A_draw_fits_model_and_export_and_reads_back()
    {
        var outcome = DrawStage.Load(SmallRun.DrawInput(SmallRun.Sentiment)).Run(Folder.Path);
        var draw = WeightFiles.ReadDraw(outcome.DrawFile);
        Assert.That(draw.Shape, Is.EqualTo(new FineTuningShape(1, 16, SmallData.SequenceLength, 4, 8, 2)));
        Assert.That((draw.Seed, draw.TrainingExamples, draw.Settings), Is.EqualTo((3L, 40, SmallRun.FineTuning)));
        Assert.That(draw.BatchOrder, Has.Length.EqualTo(6 * 8).And.All.InRange(0, 39));
        // Adapters: three projections of 2 x 16 x 2; head: 16 -> 4 -> 8 -> 2 with biases.
        Assert.That(outcome.TrainedParameters, Is.EqualTo((3 * 64) + (16 * 4) + 4 + (4 * 8) + 8 + (8 * 2) + 2));
    }

    [Test]
    public void Regression_and_other_head_sizes_are_the_exports_and_the_callers()
    {
        var draw = DrawStage.Load(SmallRun.DrawInput(SmallRun.Similarity) with { Head = (5, 7) }).Draw;
        Assert.That(draw.Shape, Is.EqualTo(new FineTuningShape(1, 16, SmallData.SequenceLength, 5, 7, 0) { LargestScore = 5 }));
    }

    [Test]
    public void A_batch_larger_than_the_export_is_refused()
    {
        var input = SmallRun.DrawInput(SmallRun.Sentiment);
        var large = input with { Settings = input.Settings with { BatchSize = 41 } };
        Assert.That(
            Assert.Throws<ArgumentException>(() => DrawStage.Load(large))!.Message,
            Is.EqualTo($"{input.TrainFolder}: 40 examples, fewer than a batch of 41; lower the batch or export more"));
        Assert.That(
            Assert.Throws<ArgumentException>(() => DrawStage.Load(input with { Settings = input.Settings with { Rank = 0 } }))!.Message,
            Does.StartWith("rank is 0"));
    }

    private static IEnumerable<TestCaseData> Misfits()
    {
        yield return Misfit(
            description => description with { SequenceLength = 160 },
            "has sequences of 160 tokens, where the model takes 24; export the task with this model");
        yield return Misfit(
            description => description with { Hidden = 32 },
            "has embeddings of width 32, where the model has 16; export the task with this model");
        yield return Misfit(description => description with { Split = "dev" }, "is the dev split, where the train split is needed");
        yield return Misfit(
            description => description with { VocabularySha256 = new string('0', 64) },
            $"was exported with another tokenizer than {SmallRun.ModelFolder} has; export the task with this model");
    }

    [TestCaseSource(nameof(Misfits))]
    public void Data_that_does_not_fit_the_model_is_refused(Func<ExportedTaskDescription, ExportedTaskDescription> change, string expected)
    {
        var path = Write("train", change);
        var error = Assert.Throws<InvalidDataException>(
            () => DrawStage.Load(SmallRun.DrawInput(SmallRun.Sentiment) with { TrainFolder = path }));
        Assert.That(error!.Message, Is.EqualTo($"{path}: {expected}"));
    }

    [Test]
    public void Embeddings_of_another_model_do_not_serve_the_adapters()
    {
        var path = Write("train", description => description with { ModelSha256 = new string('0', 64) });
        var draw = SmallRun.Draw(SmallRun.Sentiment);
        var error = Assert.Throws<InvalidDataException>(() => DrawRunStage.Load(SmallRun.ModelFolder, path, draw));
        Assert.That(error!.Message, Is.EqualTo(
            $"{path}: was exported with another model than {SmallRun.ModelFolder}; export the task with this model"));
    }

    [Test]
    public void A_damaged_export_is_refused()
    {
        var path = SmallRun.Copy(SmallRun.Sentiment.TrainFolder, Folder.Combine("train"));
        var part = Path.Combine(path, "part-00000.parquet");
        File.WriteAllBytes(part, File.ReadAllBytes(part)[..^40]);
        var input = SmallRun.DrawInput(SmallRun.Sentiment);
        Assert.That(
            Assert.Throws<InvalidDataException>(() => DrawStage.Load(input with { TrainFolder = path }))!.Message, Does.StartWith(path));
        var none = Folder.Combine("none");
        Assert.That(
            Assert.Throws<FileNotFoundException>(() => DrawStage.Load(input with { TrainFolder = none }))!.Message,
            Is.EqualTo($"{none}: not found; crammed export-glue writes it"));
    }

    private static TestCaseData Misfit(Func<ExportedTaskDescription, ExportedTaskDescription> change, string expected) =>
        new TestCaseData(change, expected).SetArgDisplayNames(expected.Split(';')[0].Split("than")[0]);

    /// <summary>A well-formed export with one example, whose description is that of the small export but for a change.</summary>
    private string Write(string name, Func<ExportedTaskDescription, ExportedTaskDescription> change)
    {
        var exported = ExportedTaskReader.Open(SmallRun.Sentiment.TrainFolder).Description;
        var description = change(exported with { Selection = exported.Selection with { Examples = 1 } });
        var path = Folder.Combine(name);
        using var writer = ExportedTaskWriter.Open(path, description);
        var length = description.SequenceLength;
        writer.Add(new ExportedExample(0, new int[length], new int[length], 0, new float[length * description.Hidden]));
        writer.Complete();
        return path;
    }
}

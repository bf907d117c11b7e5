using Crammed.Text;
using Crammed.Text.Parquet;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class GlueExporterTests
{
    private static string Work => TestContext.CurrentContext.WorkDirectory;

    private static string SaveCheckpoint(string name)
    {
        var folder = Path.Combine(Work, name);
        using var model = new BertModel(TextFixture.Configuration, seed: 4);
        Checkpoint.Save(model, TextFixture.WriteVocabulary(Path.Combine(Work, name + "-vocab")), folder);
        return folder;
    }

    [Test]
    public void An_export_holds_tokens_masks_labels_and_the_embedding_of_the_model()
    {
        var checkpoint = SaveCheckpoint("export-checkpoint");
        var path = Path.Combine(Work, "tiny-train.parquet");
        var reports = new List<ExportProgress>();
        using (var exporter = GlueExporter.Open(checkpoint))
        {
            var count = exporter.Export(
                TextFixture.Task(50), TaskSplit.Train, path, progress: new ImmediateProgress<ExportProgress>(reports.Add));
            Assert.That(count, Is.EqualTo(50));
        }

        Assert.That(reports[^1], Is.EqualTo(new ExportProgress(50, 50)));
        using var reader = ExportedTaskReader.Open(path);
        var description = reader.Description;
        Assert.That((description.Task, description.Split), Is.EqualTo(("tiny", TaskSplit.Train)));
        Assert.That((description.SequenceLength, description.Hidden), Is.EqualTo((10, 8)));
        Assert.That(description.LabelNames, Is.EqualTo(new[] { "none", "animal" }));
        Assert.That(description.ModelSha256, Is.EqualTo(Checkpoint.WeightsSha256(checkpoint)));

        using var scope = torch.NewDisposeScope();
        using var model = Checkpoint.Load(checkpoint);
        var plain = new PlainBert(TextFixture.Configuration, Tiny.Weights(model));
        var tokenizer = BertTokenizer.Create(Path.Combine(checkpoint, "vocab.txt"));
        var source = TextFixture.Task(50).Read(TaskSplit.Train);
        foreach (var example in reader.Examples())
        {
            var encoding = tokenizer.Encode(source[example.Index].First, null, 10);
            Assert.That(example.InputIds, Is.EqualTo(encoding.Ids));
            Assert.That(example.AttentionMask, Is.EqualTo(encoding.AttentionMask));
            Assert.That(example.Label, Is.EqualTo(source[example.Index].Label));
            // float32 against double: values near 1, some ten roundings of 6e-8.
            var expected = plain.Embed(encoding.Ids).SelectMany(row => row).ToArray();
            Assert.That(Tiny.Difference(Array.ConvertAll(example.Embedding!, value => (double)value), expected), Is.LessThan(5e-6));
        }
    }

    [Test]
    public void A_limit_takes_a_repeatable_subset_in_order()
    {
        var checkpoint = SaveCheckpoint("export-limit");
        using var exporter = GlueExporter.Open(checkpoint);
        int[] Indices(int? limit, long seed)
        {
            var path = Path.Combine(Work, "tiny-limit.parquet");
            exporter.Export(TextFixture.Task(50), TaskSplit.Dev, path, limit, seed);
            using var reader = ExportedTaskReader.Open(path);
            return [.. reader.Examples().Select(example => example.Index)];
        }

        var chosen = Indices(12, 1);
        Assert.That(chosen, Has.Length.EqualTo(12).And.Ordered.And.Unique);
        Assert.That(chosen, Is.Not.EqualTo(Enumerable.Range(0, 12)));
        Assert.That(Indices(12, 1), Is.EqualTo(chosen));
        Assert.That(Indices(12, 2), Is.Not.EqualTo(chosen));
        Assert.That(Indices(500, 1), Has.Length.EqualTo(50));
        Assert.That(() => Indices(0, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Cancelling_leaves_no_file()
    {
        using var exporter = GlueExporter.Open(SaveCheckpoint("export-cancel"));
        using var cancellation = new CancellationTokenSource();
        var folder = Path.Combine(Work, "export-cancelled");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "x.parquet");
        var progress = new ImmediateProgress<ExportProgress>(_ => cancellation.Cancel());
        Assert.That(
            () => exporter.Export(TextFixture.Task(100), TaskSplit.Train, path, progress: progress, cancellation: cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFiles(folder), Is.Empty);
    }

    [Test]
    public void Exported_data_trains_like_the_data_it_came_from()
    {
        var checkpoint = SaveCheckpoint("export-train");
        var path = Path.Combine(Work, "tiny-train-twin.parquet");
        using (var exporter = GlueExporter.Open(checkpoint))
            exporter.Export(TextFixture.Task(60), TaskSplit.Train, path);
        using var model = Checkpoint.Load(checkpoint);
        var data = TaskData.Read(path);
        var settings = new FineTuningSettings { Steps = 30, BatchSize = 16, LearningRate = 0.1, Epsilon = 1e-3 };
        var plan = FineTuningPlan.Create(1, settings, model.Configuration, data.Count);
        var result = FineTuner.Run(model, plan, data, new FineTuningOptions());
        Assert.That(result.Steps[^1].Loss, Is.LessThan(result.Steps[0].Loss - 0.1));

        using var other = new BertModel(TextFixture.Configuration with { Hidden = 4 }, seed: 1);
        Assert.That(
            () => Evaluator.Evaluate(
                other, TrainedWeights.Initial(FineTuningPlan.Create(1, settings, other.Configuration, data.Count)), data),
            Throws.ArgumentException.With.Message.Contains("embeddings of width 8, the model has 4"));
    }

    [Test]
    public void A_vocabulary_larger_than_the_model_is_refused()
    {
        var checkpoint = SaveCheckpoint("export-vocabulary");
        File.AppendAllText(Path.Combine(checkpoint, "vocab.txt"), "surplus\n");
        Assert.That(
            () => GlueExporter.Open(checkpoint),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("21 tokens, the model knows 20"));
    }
}

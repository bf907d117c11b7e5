using Crammed.Tables;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class GlueExporterTests
{
    private static string Work => TestContext.CurrentContext.WorkDirectory;

    private static string SaveCheckpoint(string name, Action<BertModel>? change = null, long seed = 4)
    {
        var folder = Path.Combine(Work, name);
        using var noGradient = torch.no_grad();
        using var model = new BertModel(TextFixture.Configuration, seed);
        change?.Invoke(model);
        Checkpoint.Save(model, TextFixture.Tokenizer, folder);
        return folder;
    }

    [Test]
    public void An_export_holds_tokens_masks_labels_and_the_embedding_of_the_model()
    {
        var checkpoint = SaveCheckpoint("export-checkpoint");
        var path = Path.Combine(Work, "tiny-train");
        var reports = new List<ExportProgress>();
        using (var exporter = GlueExporter.Open(checkpoint))
        {
            var count = exporter.Export(
                TextFixture.Task(50), TaskSplit.Train, path, progress: new ImmediateProgress<ExportProgress>(reports.Add));
            Assert.That(count, Is.EqualTo(50));
        }

        Assert.That(reports[^1], Is.EqualTo(new ExportProgress(50, 50, Kept: 0, RemainingSeconds: 0)));
        Assert.That(reports[0].Done, Is.Zero);
        var reader = ExportedTaskReader.Open(path);
        var description = reader.Description;
        Assert.That((description.Task, description.Split), Is.EqualTo(("tiny", "train")));
        Assert.That((description.SequenceLength, description.Hidden), Is.EqualTo((10, 8)));
        Assert.That(description.LabelNames, Is.EqualTo(new[] { "none", "animal" }));
        Assert.That(description.ModelSha256, Is.EqualTo(Checkpoint.WeightsSha256(checkpoint)));

        using var scope = torch.NewDisposeScope();
        using var model = Checkpoint.Load(checkpoint);
        var plain = new PlainBert(TextFixture.Configuration, Tiny.Weights(model));
        InputEncoder encoder = new(Checkpoint.Tokenizer(checkpoint));
        var source = TextFixture.Task(50).Read(TaskSplit.Train);
        foreach (var example in reader.Examples())
        {
            var encoding = encoder.Encode(source[example.Index].First, null, 10);
            Assert.That(example.InputIds, Is.EqualTo(encoding.Ids));
            Assert.That(example.AttentionMask, Is.EqualTo(encoding.AttentionMask));
            Assert.That(example.TokenTypeIds, Is.EqualTo(encoding.TokenTypeIds));
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
            var path = Path.Combine(Work, "tiny-limit");
            exporter.Export(TextFixture.Task(50), TaskSplit.Dev, path, new ExportOptions { Limit = limit, Seed = seed });
            var reader = ExportedTaskReader.Open(path);
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
    public void With_the_norm_as_prefix_an_export_holds_the_first_norms_output()
    {
        var checkpoint = SaveCheckpoint("export-norm", model =>
        {
            // Other than the initial ones and zeros, so that both matter.
            var norm = model.named_parameters().Where(parameter => parameter.Item1.StartsWith("layers.0.attention_norm."));
            foreach (var (name, parameter) in norm)
                parameter.copy_(torch.tensor(Tiny.Gaussian(name.Length, 8), torch.ScalarType.Float32));
        });
        var (embeddingPath, normPath) = (Path.Combine(Work, "prefix-embedding"), Path.Combine(Work, "prefix-norm"));
        using (var exporter = GlueExporter.Open(checkpoint))
        {
            exporter.Export(TextFixture.Task(40), TaskSplit.Train, embeddingPath);
            exporter.Export(TextFixture.Task(40), TaskSplit.Train, normPath, new ExportOptions { Prefix = ClientPrefix.Norm });
        }

        using var model = Checkpoint.Load(checkpoint);
        var weights = Tiny.Weights(model);
        double[] scale = weights["layers.0.attention_norm.weight"], shift = weights["layers.0.attention_norm.bias"];
        var embeddings = ExportedTaskReader.Open(embeddingPath);
        var norms = ExportedTaskReader.Open(normPath, ClientPrefix.Norm);
        foreach (var (embedding, norm) in embeddings.Examples().Zip(norms.Examples()))
        {
            Assert.That(norm.InputIds, Is.EqualTo(embedding.InputIds));
            var expected = embedding.Embedding!.Chunk(8).SelectMany(token =>
            {
                var mean = token.Average(value => (double)value);
                var deviation = Math.Sqrt(token.Average(value => (value - mean) * (value - mean)) + TextFixture.Configuration.NormEpsilon);
                return token.Select((value, feature) => ((value - mean) / deviation * scale[feature]) + shift[feature]);
            }).ToArray();
            // float32 against double: values up to about 8, some ten roundings of 6e-8 each.
            Assert.That(Tiny.Difference(Array.ConvertAll(norm.Embedding!, value => (double)value), expected), Is.LessThan(5e-6));
        }

        Assert.That(
            () => TaskData.Read(normPath),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("where prefix=embedding is needed"));
    }

    /// <summary>4096 examples of this size make a part; the cancelled export leaves two of them.</summary>
    [Test]
    public void A_resumed_export_is_the_uninterrupted_one_byte_for_byte()
    {
        using var exporter = GlueExporter.Open(SaveCheckpoint("export-resume"));
        var folder = Path.Combine(Work, "export-resumed");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        string whole = Path.Combine(folder, "whole"), parts = Path.Combine(folder, "parts");
        var task = TextFixture.Task(9000);
        exporter.Export(task, TaskSplit.Train, whole);

        using var cancellation = new CancellationTokenSource();
        var cancelling = new ImmediateProgress<ExportProgress>(report =>
        {
            if (report.Done > 8500)
                cancellation.Cancel();
        });
        Assert.That(
            () => exporter.Export(task, TaskSplit.Train, parts, null, cancelling, cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
        string[] left = ["parts.part", "whole"], files = ["manifest.json", "part-00000.parquet", "part-00001.parquet"];
        Assert.That(Directory.GetDirectories(folder).Select(Path.GetFileName), Is.EquivalentTo(left));
        Assert.That(Directory.GetFiles(parts + ".part").Select(Path.GetFileName), Is.EquivalentTo(files));

        foreach (var (options, source, expected) in new[]
        {
            (new ExportOptions { Resume = true, Seed = 2 }, task, "was begun with seed = '1', and now it is '2'"),
            (new ExportOptions { Resume = true, Limit = 8999 }, task, "was begun with examples = '9000', and now it is '8999'"),
            (new ExportOptions { Resume = true, Prefix = ClientPrefix.Norm }, task,
                "was begun with prefix = 'embedding', and now it is 'norm'"),
            (new ExportOptions { Resume = true }, TextFixture.Task(9000, "other texts"), "was begun with data_sha256 = '"),
        })
        {
            Assert.That(
                () => exporter.Export(source, TaskSplit.Train, parts, options),
                Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith($"{parts}: {expected}"));
        }

        using (var other = GlueExporter.Open(SaveCheckpoint("export-other-model", seed: 5)))
        {
            Assert.That(
                () => other.Export(task, TaskSplit.Train, parts, new ExportOptions { Resume = true }),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contains("was begun with model_sha256 = '"));
        }

        var reports = new List<ExportProgress>();
        exporter.Export(
            task, TaskSplit.Train, parts, new ExportOptions { Resume = true }, new ImmediateProgress<ExportProgress>(reports.Add));
        Assert.That((reports[0].Done, reports[0].Kept), Is.EqualTo((8192, 8192)));
        Assert.That(Content(parts), Is.EqualTo(Content(whole)));
        Assert.That(Directory.GetDirectories(folder), Is.EquivalentTo(new[] { whole, parts }));

        // Once complete, it is found complete, or to be another one.
        Assert.That(exporter.Export(task, TaskSplit.Train, parts, new ExportOptions { Resume = true }), Is.EqualTo(9000));
        Assert.That(
            () => exporter.Export(task, TaskSplit.Dev, parts, new ExportOptions { Resume = true }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("was written with split = 'train', and now it is 'dev'"));
        Assert.That(Content(parts), Is.EqualTo(Content(whole)));

        static Dictionary<string, byte[]> Content(string folder) =>
            Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);
    }

    [Test]
    public void Cancelling_leaves_no_file()
    {
        using var exporter = GlueExporter.Open(SaveCheckpoint("export-cancel"));
        using var cancellation = new CancellationTokenSource();
        var folder = Path.Combine(Work, "export-cancelled");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "x");
        var progress = new ImmediateProgress<ExportProgress>(_ => cancellation.Cancel());
        Assert.That(
            () => exporter.Export(TextFixture.Task(100), TaskSplit.Train, path, progress: progress, cancellation: cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFileSystemEntries(folder), Is.Empty);
    }

    [Test]
    public void Exported_data_trains_like_the_data_it_came_from()
    {
        var checkpoint = SaveCheckpoint("export-train");
        var path = Path.Combine(Work, "tiny-train-twin");
        using (var exporter = GlueExporter.Open(checkpoint))
            exporter.Export(TextFixture.Task(60), TaskSplit.Train, path);
        using var model = Checkpoint.Load(checkpoint);
        var data = TaskData.Read(path);
        var settings = new FineTuningSettings { Steps = 30, BatchSize = 16, LearningRate = 0.1, Epsilon = 1e-3 };
        var draw = FineTuningDraw.Create(1, settings, model.Configuration, data.Count);
        var result = Tiny.Run(model, draw, data);
        Assert.That(result.Steps[^1].Loss, Is.LessThan(result.Steps[0].Loss - 0.1));

        using var other = new BertModel(TextFixture.Configuration with { Hidden = 4 }, seed: 1);
        Assert.That(
            () => Tiny.Evaluate(
                other, TrainedWeights.Initial(FineTuningDraw.Create(1, settings, other.Configuration, data.Count)), data),
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

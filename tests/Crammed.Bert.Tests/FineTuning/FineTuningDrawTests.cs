using Crammed.Files;

namespace Crammed.Bert.Tests;

public class FineTuningDrawTests
{
    private static readonly FineTuningSettings Settings = new()
    {
        Steps = 5,
        BatchSize = 4,
        LearningRate = 0.0123,
        Epsilon = 3e-4,
        Rank = 2,
        Alpha = 3,
        AdapterDropout = 0.25,
    };

    private static string Folder => TestContext.CurrentContext.WorkDirectory;

    private static FineTuningDraw Draw(long seed = 7, FineTuningSettings? settings = null) =>
        FineTuningDraw.Create(seed, settings ?? Settings, Tiny.Configuration(), trainingExamples: 13);

    [Test]
    public void The_seed_fixes_everything()
    {
        string first = Path.Combine(Folder, "draw-a.safetensors"), second = Path.Combine(Folder, "draw-b.safetensors");
        Draw().Write(first);
        Draw().Write(second);
        Assert.That(File.ReadAllBytes(second), Is.EqualTo(File.ReadAllBytes(first)));
        Draw(seed: 8).Write(second);
        Assert.That(File.ReadAllBytes(second), Is.Not.EqualTo(File.ReadAllBytes(first)));
    }

    [Test]
    public void Reading_gives_back_what_was_written()
    {
        var path = Path.Combine(Folder, "draw-round-trip.safetensors");
        var draw = Draw();
        draw.Write(path);
        var read = FineTuningDraw.Read(path);
        Assert.That(read.Settings, Is.EqualTo(draw.Settings));
        Assert.That(read.Shape, Is.EqualTo(draw.Shape));
        Assert.That((read.Seed, read.TrainingExamples), Is.EqualTo((7L, 13)));
        Assert.That(read.BatchOrder, Is.EqualTo(draw.BatchOrder));
        Assert.That(read.AdapterDropout, Is.EqualTo(draw.AdapterDropout));
        Assert.That(read.Tensors.Select(tensor => tensor.Name), Is.EqualTo(draw.Tensors.Select(tensor => tensor.Name)));
        foreach (var (before, after) in draw.Tensors.Zip(read.Tensors))
        {
            Assert.That(after.Shape, Is.EqualTo(before.Shape), before.Name);
            Assert.That(after.Values, Is.EqualTo(before.Values), before.Name);
        }
    }

    [Test]
    public void Tensors_start_as_documented()
    {
        var tensors = Draw().Tensors.ToDictionary(tensor => tensor.Name);
        Assert.That(tensors, Has.Count.EqualTo((2 * 3 * 2) + 6));
        Assert.That(tensors["layer1.value.lora_a"].Shape, Is.EqualTo(new long[] { 8, 2 }));
        Assert.That(tensors["layer1.value.lora_a"].Values, Is.All.InRange(-1 / Math.Sqrt(8), 1 / Math.Sqrt(8)));
        Assert.That(tensors["layer1.value.lora_a"].Values.Distinct().Count(), Is.GreaterThan(10));
        Assert.That(tensors["layer0.query.lora_b"].Shape, Is.EqualTo(new long[] { 2, 8 }));
        Assert.That(tensors["layer0.query.lora_b"].Values, Is.All.Zero);
        Assert.That(tensors["head.projection.weight"].Shape, Is.EqualTo(new long[] { 8, 3 }));
        Assert.That(tensors["head.dense.weight"].Shape, Is.EqualTo(new long[] { 3, 5 }));
        Assert.That(tensors["head.classifier.weight"].Shape, Is.EqualTo(new long[] { 5, 2 }));
        Assert.That(tensors["head.classifier.bias"].Shape, Is.EqualTo(new long[] { 2 }));
    }

    [Test]
    public void Every_epoch_sees_every_example_once()
    {
        var draw = Draw(settings: Settings with { Steps = 13, AdapterDropout = 0 });
        foreach (var epoch in draw.BatchOrder.Chunk(13))
            Assert.That(epoch.Order(), Is.EqualTo(Enumerable.Range(0, 13).Select(index => (long)index)));
        Assert.That(draw.Batch(2).ToArray(), Is.EqualTo(draw.BatchOrder[8..12]));
        Assert.That(draw.AdapterDropout, Is.Null);
    }

    /// <summary>5 * 6 * 4 * 6 * 2 = 1440 masks kept with probability 0.75: one sigma is 0.0114, four are allowed.</summary>
    [Test]
    public void Dropout_masks_have_the_asked_for_rate()
    {
        var draw = Draw();
        Assert.That(draw.AdapterDropout!.Average(mask => mask), Is.EqualTo(0.75).Within(0.046));
        Assert.That(draw.DropoutMasks(4).Length, Is.EqualTo(288));
        Assert.That(draw.DropoutMasks(4)[287], Is.EqualTo(draw.AdapterDropout![^1]));
    }

    [Test]
    public void Cosine_schedule_starts_at_the_rate_and_falls()
    {
        var settings = new FineTuningSettings { Steps = 4, LearningRate = 2 };
        double[] rates = [.. Enumerable.Range(0, 4).Select(settings.LearningRateAt)];
        double[] expected = [2, 1 + Math.Sqrt(0.5), 1, 1 - Math.Sqrt(0.5)];
        Assert.That(rates, Is.EqualTo(expected).Within(1e-12));
        Assert.That((settings with { CosineSchedule = false }).LearningRateAt(3), Is.EqualTo(2));
    }

    private static IEnumerable<TestCaseData> Corruptions()
    {
        yield return new TestCaseData((SafetensorsWriter writer) => writer.AddFloat32("extra", [1], new float[1]), "'extra'");
        yield return new TestCaseData((SafetensorsWriter writer) => { }, "'batch_order' is missing");
        yield return new TestCaseData(
            (SafetensorsWriter writer) => writer.AddInt64("batch_order", [5, 4], Enumerable.Repeat(13L, 20).ToArray()),
            "holds 13 at position 0");
        yield return new TestCaseData(
            (SafetensorsWriter writer) => writer.AddInt64("batch_order", [4, 5], new long[20]), "[4, 5], expected [5, 4]");
    }

    [TestCaseSource(nameof(Corruptions))]
    public void Malformed_draws_are_refused(Action<SafetensorsWriter> corrupt, string message)
    {
        var path = Path.Combine(Folder, "draw-bad.safetensors");
        var draw = Draw(settings: Settings with { AdapterDropout = 0 });
        var writer = new SafetensorsWriter();
        foreach (var tensor in draw.Tensors)
            writer.AddFloat32(tensor.Name, tensor.Shape, tensor.Values);
        corrupt(writer);
        writer.AddMetadata("format", "crammed-fine-tuning-draw/1");
        writer.AddMetadata("hyperparameters", draw.Settings.ToJson());
        writer.AddMetadata("shape", draw.Shape.ToJson());
        writer.AddMetadata("seed", "7");
        writer.AddMetadata("training_examples", "13");
        writer.Write(path);
        Assert.That(() => FineTuningDraw.Read(path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
    }

    [TestCase("format", "another/1")]
    [TestCase("hyperparameters", "{\"steps\": 0}")]
    [TestCase("hyperparameters", "{\"stepps\": 3}")]
    [TestCase("shape", "{\"layers\": 1}")]
    [TestCase("shape", "{\"layers\":1000000000,\"hidden\":8,\"sequence_length\":6,\"head_projection\":3,\"head_hidden\":5,\"classes\":2}")]
    [TestCase("training_examples", "-3")]
    public void Malformed_metadata_is_refused(string key, string value)
    {
        var path = Path.Combine(Folder, "draw-bad-metadata.safetensors");
        var draw = Draw();
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "crammed-fine-tuning-draw/1",
            ["hyperparameters"] = draw.Settings.ToJson(),
            ["shape"] = draw.Shape.ToJson(),
            ["seed"] = "7",
            ["training_examples"] = "13",
            [key] = value,
        };
        var writer = new SafetensorsWriter();
        foreach (var (name, text) in metadata)
            writer.AddMetadata(name, text);
        writer.Write(path);
        Assert.That(() => FineTuningDraw.Read(path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"'{key}'"));
    }

    [Test]
    public void Settings_out_of_range_are_named() =>
        Assert.That(() => Draw(settings: Settings with { Rank = 0 }), Throws.ArgumentException.With.Message.Contains("rank is 0"));
}

using Crammed.Files;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class CheckpointTests
{
    private static string Work => TestContext.CurrentContext.WorkDirectory;

    private static BertTokenizer Tokenizer(BertOptions? options = null) => BertTokenizer.Create(
        new WordPieceVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(5, 19).Select(index => $"T{index}")]), options);

    [Test]
    public void A_checkpoint_is_complete_and_loads_the_same_model()
    {
        using var scope = torch.NewDisposeScope();
        var folder = Path.Combine(Work, "checkpoint-a");
        using var model = new BertModel(Tiny.Configuration(), seed: 3);
        var calibration = new Calibration(
            1.5, 8, new Dictionary<string, ValueRange> { ["x"] = new(-1, 2) }, new Dictionary<string, ValueRange>());
        Checkpoint.Save(model, Tokenizer(), folder, calibration);
        Checkpoint.Save(model, Tokenizer(), folder, calibration);
        Assert.That(
            Directory.GetFiles(folder).Select(Path.GetFileName),
            Is.EquivalentTo(["model.safetensors", "config.json", "vocab.txt", "tokenizer_config.json", "calibration.json"]));
        Assert.That(Directory.GetDirectories(Work, "checkpoint-a*"), Has.Length.EqualTo(1), "nothing is left beside it");

        using var loaded = Checkpoint.Load(folder);
        using var wide = Checkpoint.Load(folder, torch.ScalarType.Float64);
        Assert.That(loaded.Configuration, Is.EqualTo(model.Configuration));
        Assert.That(Tiny.Weights(loaded), Is.EqualTo(Tiny.Weights(model)));
        Assert.That(Tiny.Weights(wide), Is.EqualTo(Tiny.Weights(model)));
        Assert.That(wide.parameters().First().dtype, Is.EqualTo(torch.ScalarType.Float64));
        Assert.That(Checkpoint.WeightsSha256(folder), Does.Match("^[0-9a-f]{64}$"));
    }

    [Test]
    public void A_failed_save_leaves_nothing()
    {
        using var model = new BertModel(Tiny.Configuration(), seed: 3);
        var folder = Path.Combine(Work, "checkpoint-failed");
        File.WriteAllText(folder, "in the way");
        Assert.That(() => Checkpoint.Save(model, Tokenizer(), folder), Throws.InstanceOf<IOException>());
        Assert.That(Directory.GetDirectories(Work, "checkpoint-failed*"), Is.Empty);
        Assert.That(File.ReadAllText(folder), Is.EqualTo("in the way"));
    }

    [Test]
    public void A_tokenizers_settings_travel_with_the_model()
    {
        var folder = Path.Combine(Work, "checkpoint-cased");
        using var model = new BertModel(Tiny.Configuration(), seed: 3);
        Checkpoint.Save(model, Tokenizer(new BertOptions { LowerCaseBeforeTokenization = false }), folder);
        Assert.That(Checkpoint.Tokenizer(folder).EncodeToIds("T5 t5"), Is.EqualTo((int[])[5, 1]));
        Assert.That(Checkpoint.Tokenizer(folder).Sha256, Is.Not.EqualTo(Tokenizer().Sha256));
        File.AppendAllText(Path.Combine(folder, "vocab.txt"), "surplus\n");
        Assert.That(
            () => Checkpoint.Tokenizer(folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("25 tokens, the model knows 24"));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var folder = Path.Combine(Work, "checkpoint-b");
        using (var model = new BertModel(Tiny.Configuration(), seed: 3))
            Checkpoint.Save(model, Tokenizer(), folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), (Tiny.Configuration() with { FeedForward = 16 }).ToJson());
        Assert.That(
            () => Checkpoint.Load(folder),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(
                "'layers.0.feed_forward.expand.weight' is [12, 8], expected [16, 8]"));
        File.WriteAllText(Path.Combine(folder, "config.json"), (Tiny.Configuration() with { Layers = 1 }).ToJson());
        Assert.That(() => Checkpoint.Load(folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'layers.1."));
        File.WriteAllText(Path.Combine(folder, "config.json"), (Tiny.Configuration() with { Layers = 3 }).ToJson());
        Assert.That(() => Checkpoint.Load(folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("is missing"));
        File.WriteAllText(Path.Combine(folder, "config.json"), Tiny.Configuration().ToJson());
        var writer = new SafetensorsWriter();
        using (var model = new BertModel(Tiny.Configuration(), seed: 3))
        {
            foreach (var (name, parameter) in model.named_parameters())
                writer.AddFloat32(
                    name, parameter.shape, name == "final_norm.bias" ? [float.NaN, 0, 0, 0, 0, 0, 0, 0] : parameter.ToFloat32Array());
        }

        writer.Write(Path.Combine(folder, "model.safetensors"));
        Assert.That(
            () => Checkpoint.Load(folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'final_norm.bias' holds NaN"));
        File.Delete(Path.Combine(folder, "model.safetensors"));
        Assert.That(() => Checkpoint.Load(folder), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("model.safetensors"));
    }
}

using System.Text.Json;
using TorchSharp;

namespace Crammed.Bert.Tests;

/// <summary>Imported BERTs against oracle/bert.json, which oracle/bert.mjs computed without any library.</summary>
public class HuggingFaceBertTests
{
    /// <summary>
    /// Both sides compute in float64. A sum of up to 512 terms of size 10 is off by 512 * 10 * 1.1e-16 = 6e-13; two layers of four products
    /// each, and norms that divide by deviations of 0.1 or more, leave it below 1e-10.
    /// </summary>
    private const double Tolerance = 1e-10;

    private static readonly JsonElement Oracle =
        JsonDocument.Parse(File.ReadAllText(SmallHuggingFaceCheckpoint.OracleFile("bert.json"))).RootElement;

    private static string Folder(string name) => Path.Combine(TestContext.CurrentContext.WorkDirectory, "import", name);

    [Test]
    public void The_encoder_pooler_and_classifier_of_a_real_model_compute_what_they_should()
    {
        var folder = Path.Combine(RealDataTests.DataFolder(), "bert-tiny-sst2");
        using var scope = torch.NewDisposeScope();
        using var model = HuggingFaceCheckpoint.Load(
            Path.Combine(folder, "config.json"), Path.Combine(folder, "encoder.safetensors"), needsEmbeddings: false, torch.float64);
        Assert.That((model.HasEmbeddings, model.HasPooler, model.Labels), Is.EqualTo((false, true, 2)));
        double[] inputs = [.. SmallHuggingFaceCheckpoint.Values(100, 7 * 128, 4), .. SmallHuggingFaceCheckpoint.Values(101, 7 * 128, 4)];
        double[] mask = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
        var states = model.Encode(torch.tensor(inputs, [2, 7, 128]), torch.tensor(mask, [2, 7]));
        var logits = model.Classify(states).ToFloat64Array().Chunk(2).ToArray();
        var values = states.ToFloat64Array().Chunk(128).ToArray();
        for (var example = 0; example < 2; example++)
        {
            var expected = Oracle.GetProperty("real")[example];
            Assert.That(values[7 * example], Is.EqualTo(Numbers(expected, "first")).Within(Tolerance));
            Assert.That(values[(7 * example) + 4], Is.EqualTo(Numbers(expected, "fifth")).Within(Tolerance));
            Assert.That(logits[example], Is.EqualTo(Numbers(expected, "logits")).Within(Tolerance));
        }

        Assert.That(
            () => model.Embed(torch.zeros([1, 4], torch.int64)),
            Throws.InvalidOperationException.With.Message.Contains("no embedding tables"));
        Assert.That(
            () => HuggingFaceCheckpoint.Load(
                Path.Combine(folder, "config.json"), Path.Combine(folder, "encoder.safetensors"), needsEmbeddings: true),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'embeddings.word_embeddings.weight' is missing"));
    }

    [TestCase(true, false)]
    [TestCase(false, false)]
    [TestCase(true, true)]
    public void A_whole_model_computes_what_it_should(bool prefixed, bool fused)
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        if (fused)
            checkpoint.Fuse();
        using var scope = torch.NewDisposeScope();
        using var model = HuggingFaceCheckpoint.Load(checkpoint.Write(Folder($"whole-{prefixed}-{fused}"), prefixed), torch.float64);
        var ids = Tokens("ids");
        var embedded = model.Embed(ids, Tokens("types"));
        var states = model.Encode(embedded, ids.ne(0).to(torch.float64));
        var logits = model.Classify(states).ToFloat64Array().Chunk(3).ToArray();
        foreach (var (expected, example) in Oracle.GetProperty("small").EnumerateArray().Select((expected, example) => (expected, example)))
        {
            // Of padding's own states nothing is said: no token reads them.
            var known = Numbers(expected, "states");
            Assert.That(embedded.ToFloat64Array().Skip(48 * example).Take(48), Is.EqualTo(Numbers(expected, "embedded")).Within(Tolerance));
            Assert.That(states.ToFloat64Array().Skip(48 * example).Take(known.Length), Is.EqualTo(known).Within(Tolerance));
            Assert.That(logits[example], Is.EqualTo(Numbers(expected, "logits")).Within(Tolerance));
        }

        Assert.That(
            () => model.Embed(torch.zeros([1, 10], torch.int64)),
            Throws.ArgumentException.With.Message.Contains("10 tokens, the model has 9"));
    }

    [Test]
    public void Token_types_default_to_zero_and_float32_is_near_float64()
    {
        var folder = new SmallHuggingFaceCheckpoint().Write(Folder("types"));
        using var scope = torch.NewDisposeScope();
        using var exact = HuggingFaceCheckpoint.Load(folder, torch.float64);
        using var model = HuggingFaceCheckpoint.Load(folder);
        var ids = Tokens("ids");
        var zeros = model.Embed(ids, torch.zeros_like(ids)).ToFloat32Array();
        Assert.That(model.Embed(ids).ToFloat32Array(), Is.EqualTo(zeros));
        var logits = model.Classify(model.Encode(model.Embed(ids))).ToFloat64Array();
        // Rounding of 6e-8 in place of 1.1e-16, over the same sums of 12 terms at most.
        Assert.That(logits, Is.EqualTo(exact.Classify(exact.Encode(exact.Embed(ids))).ToFloat64Array()).Within(1e-4));
    }

    [Test]
    public void What_a_model_need_not_have_may_be_missing_or_more()
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        foreach (var name in checkpoint.Tensors.Keys.Where(name => name.StartsWith("pooler") || name.StartsWith("classifier")).ToList())
            checkpoint.Tensors.Remove(name);
        checkpoint.Tensors["embeddings.position_ids"] = ([1, 9], new float[9]);
        checkpoint.Tensors["cls.predictions.bias"] = ([11], new float[11]);
        using var model = HuggingFaceCheckpoint.Load(checkpoint.Write(Folder("pretraining")));
        Assert.That((model.HasPooler, model.Labels), Is.EqualTo((false, 0)));
        using var scope = torch.NewDisposeScope();
        Assert.That(
            () => model.Classify(torch.zeros([1, 2, 8])),
            Throws.InvalidOperationException.With.Message.Contains("no pooler or no classifier"));
    }

    [TestCase("embeddings.position_embeddings.weight", null, "'embeddings.position_embeddings.weight' is missing")]
    [TestCase("encoder.layer.1.output.LayerNorm.bias", null, "'encoder.layer.1.output.LayerNorm.bias' is missing")]
    [TestCase("pooler.dense.bias", null, "'pooler.dense.bias' is missing")]
    [TestCase("encoder.layer.0.intermediate.dense.weight", "8,12", "intermediate.dense.weight' is [8, 12], expected [12, 8]")]
    [TestCase("classifier.weight", "3,9", "'classifier.weight' is [3, 9], expected [3, 8]")]
    [TestCase("encoder.layer.2.output.dense.bias", "8", "layer.2.output.dense.bias' is none of the BERT that config.json describes")]
    [TestCase("encoder.layer.0.attention.self.query_key_value.weight", "24,8", "which say the same")]
    public void Tensors_that_do_not_fit_are_named(string name, string? shape, string expected)
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        checkpoint.Tensors.Remove(name);
        if (shape is not null)
        {
            long[] axes = [.. shape.Split(',').Select(long.Parse)];
            checkpoint.Tensors[name] = (axes, new float[axes.Aggregate(1L, (product, axis) => product * axis)]);
        }

        var folder = checkpoint.Write(Folder("misfit"));
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder),
            Throws.InstanceOf<InvalidDataException>()
                .With.Message.StartsWith(Path.Combine(folder, "model.safetensors")).And.Message.Contains(expected));
    }

    [Test]
    public void Values_that_are_not_finite_are_named()
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        checkpoint.Tensors["pooler.dense.bias"].Values[3] = float.NaN;
        Assert.That(
            () => HuggingFaceCheckpoint.Load(checkpoint.Write(Folder("nan"))),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'bert.pooler.dense.bias' holds NaN at position 3"));
    }

    [TestCase("\"bert\"", "\"roberta\"", "model_type is roberta; it must be bert")]
    [TestCase("\"gelu\"", "\"gelu_new\"", "hidden_act is gelu_new; it must be gelu")]
    [TestCase("\"absolute\"", "\"relative_key\"", "position_embedding_type is relative_key")]
    [TestCase("\"num_attention_heads\": 2", "\"num_attention_heads\": 3", "num_attention_heads is 3; it must be a divisor of")]
    [TestCase("\"num_hidden_layers\": 2,", "", "num_hidden_layers")]
    [TestCase("\"vocab_size\": 11", "\"vocab_size\": 99999999999", "vocab_size")]
    [TestCase("\"layer_norm_eps\": 1e-12", "\"layer_norm_eps\": 2", "layer_norm_eps is 2")]
    [TestCase("{", "[", "")]
    public void Configurations_of_other_models_are_refused(string text, string replacement, string expected)
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        Assert.That(checkpoint.Configuration, Does.Contain(text));
        checkpoint.Configuration = checkpoint.Configuration.Replace(text, replacement);
        var folder = checkpoint.Write(Folder("configuration"));
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder),
            Throws.InstanceOf<InvalidDataException>()
                .With.Message.StartsWith(Path.Combine(folder, "config.json")).And.Message.Contains(expected));
    }

    [Test]
    public void Missing_files_are_named()
    {
        var folder = new SmallHuggingFaceCheckpoint().Write(Folder("missing"));
        File.Delete(Path.Combine(folder, "model.safetensors"));
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("model.safetensors: not found"));
        File.Delete(Path.Combine(folder, "config.json"));
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("config.json: not found"));
    }

    private static torch.Tensor Tokens(string field) => torch.tensor(
        [.. Oracle.GetProperty(field).EnumerateArray().SelectMany(row => row.EnumerateArray().Select(id => id.GetInt64()))], [2L, 6]);

    private static double[] Numbers(JsonElement entry, string field) =>
        [.. entry.GetProperty(field).EnumerateArray().Select(value => value.GetDouble())];
}

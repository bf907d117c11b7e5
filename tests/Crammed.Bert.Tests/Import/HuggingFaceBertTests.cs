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

    private static readonly ImportOptions Exact = new() { Type = torch.ScalarType.Float64 };

    private static readonly ImportOptions Small = Exact with { SequenceLength = 9, SeparatorToken = 3 };

    private static string Folder(string name) => Path.Combine(TestContext.CurrentContext.WorkDirectory, "import", name);

    [Test]
    public void The_encoder_pooler_and_classifier_of_a_real_model_compute_what_they_should()
    {
        var folder = Path.Combine(RealDataTests.DataFolder(), "bert-tiny-sst2");
        using var scope = torch.NewDisposeScope();
        using var imported = HuggingFaceCheckpoint.Load(
            Path.Combine(folder, "config.json"), Path.Combine(folder, "encoder.safetensors"), Exact, needsEmbeddings: false);
        Assert.That((imported.HasEmbeddings, imported.Model.Configuration.Classes), Is.EqualTo((false, 2)));
        double[] inputs = [.. SmallHuggingFaceCheckpoint.Values(100, 7 * 128, 4), .. SmallHuggingFaceCheckpoint.Values(101, 7 * 128, 4)];
        double[] mask = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
        var (embedded, known) = (torch.tensor(inputs, [2, 7, 128]), torch.tensor(mask, [2, 7]));
        var values = imported.Model.Encode(embedded, known, EncoderPass.Plain).ToFloat64Array().Chunk(128).ToArray();
        var logits = Logits(imported, embedded, known);
        for (var example = 0; example < 2; example++)
        {
            var expected = Oracle.GetProperty("real")[example];
            Assert.That(values[7 * example], Is.EqualTo(Numbers(expected, "first")).Within(Tolerance));
            Assert.That(values[(7 * example) + 4], Is.EqualTo(Numbers(expected, "fifth")).Within(Tolerance));
            Assert.That(logits[example], Is.EqualTo(Numbers(expected, "logits")).Within(Tolerance));
        }

        Assert.That(
            () => HuggingFaceCheckpoint.Load(
                Path.Combine(folder, "config.json"), Path.Combine(folder, "encoder.safetensors"), Exact, needsEmbeddings: true),
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
        using var imported = HuggingFaceCheckpoint.Load(checkpoint.Write(Folder($"whole-{prefixed}-{fused}"), prefixed), Small);
        var ids = Tokens("ids");
        var (embedded, mask) = (imported.Model.Embed(ids), ids.ne(0).to(torch.float64));
        var states = imported.Model.Encode(embedded, mask, EncoderPass.Plain);
        var logits = Logits(imported, embedded, mask);
        foreach (var (expected, example) in Oracle.GetProperty("small").EnumerateArray().Select((expected, example) => (expected, example)))
        {
            // Of padding's own states nothing is said: no token reads them.
            var known = Numbers(expected, "states");
            Assert.That(embedded.ToFloat64Array().Skip(48 * example).Take(48), Is.EqualTo(Numbers(expected, "embedded")).Within(Tolerance));
            Assert.That(states.ToFloat64Array().Skip(48 * example).Take(known.Length), Is.EqualTo(known).Within(Tolerance));
            Assert.That(logits[example], Is.EqualTo(Numbers(expected, "logits")).Within(Tolerance));
        }
    }

    [Test]
    public void Without_a_separator_every_token_is_of_type_0_and_more_tokens_than_positions_are_refused()
    {
        var folder = new SmallHuggingFaceCheckpoint().Write(Folder("types"));
        using var scope = torch.NewDisposeScope();
        using var single = HuggingFaceCheckpoint.Load(folder, Small with { SeparatorToken = null });
        using var pair = HuggingFaceCheckpoint.Load(folder, Small);
        var ids = Tokens("ids");
        var (types, expected) = (Tokens("types").to(torch.float64).ToFloat64Array(), pair.Model.Embed(ids).ToFloat64Array().Chunk(8).ToArray());
        var actual = single.Model.Embed(ids).ToFloat64Array().Chunk(8).ToArray();
        for (var token = 0; token < types.Length; token++)
            Assert.That(actual[token], types[token] == 0 ? Is.EqualTo(expected[token]) : Is.Not.EqualTo(expected[token]));
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder, Small with { SequenceLength = 10 }),
            Throws.ArgumentException.With.Message.Contains("sequence_length is 10; the model has 9 positions"));
    }

    [Test]
    public void The_first_tokens_state_is_the_same_where_it_alone_is_computed()
    {
        using var scope = torch.NewDisposeScope();
        using var imported = HuggingFaceCheckpoint.Load(new SmallHuggingFaceCheckpoint().Write(Folder("first")), Small);
        var ids = Tokens("ids");
        var (embedded, mask) = (imported.Model.Embed(ids), ids.ne(0).to(torch.float64));
        var all = imported.Model.Encode(embedded, mask, EncoderPass.Plain).ToFloat64Array().Chunk(8).ToArray();
        var first = imported.Model.Encode(embedded, mask, new EncoderPass { FirstTokenOnly = true }).ToFloat64Array().Chunk(8).ToArray();
        Assert.That(first[0], Is.EqualTo(all[0]).Within(Tolerance));
        Assert.That(first[1], Is.EqualTo(all[6]).Within(Tolerance));
    }

    [Test]
    public void An_imported_model_is_saved_and_loaded_as_any_other()
    {
        using var scope = torch.NewDisposeScope();
        using var imported = HuggingFaceCheckpoint.Load(
            new SmallHuggingFaceCheckpoint().Write(Folder("saved")), Small with { Type = torch.ScalarType.Float32 });
        var folder = Folder("saved-as");
        Checkpoint.Save(imported.Model, TextFixture.WriteVocabulary(Folder("vocabulary")), folder);
        using var loaded = Checkpoint.Load(folder);
        Assert.That(loaded.Configuration, Is.EqualTo(imported.Model.Configuration));
        var ids = Tokens("ids");
        Assert.That(loaded.Embed(ids).ToFloat32Array(), Is.EqualTo(imported.Model.Embed(ids).ToFloat32Array()));
        var embedded = loaded.Embed(ids);
        Assert.That(
            loaded.Encode(embedded, null, EncoderPass.Plain).ToFloat32Array(),
            Is.EqualTo(imported.Model.Encode(embedded, null, EncoderPass.Plain).ToFloat32Array()));
    }

    [Test]
    public void What_a_model_need_not_have_may_be_missing_or_more()
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        foreach (var name in checkpoint.Tensors.Keys.Where(name => name.StartsWith("pooler") || name.StartsWith("classifier")).ToList())
            checkpoint.Tensors.Remove(name);
        checkpoint.Tensors["embeddings.position_ids"] = ([1, 9], new float[9]);
        checkpoint.Tensors["cls.predictions.bias"] = ([11], new float[11]);
        using var imported = HuggingFaceCheckpoint.Load(checkpoint.Write(Folder("pretraining")), Small);
        Assert.That(imported.Head, Is.Null);
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
            () => HuggingFaceCheckpoint.Load(folder, Small),
            Throws.InstanceOf<InvalidDataException>()
                .With.Message.StartsWith(Path.Combine(folder, "model.safetensors")).And.Message.Contains(expected));
    }

    [Test]
    public void Values_that_are_not_finite_are_named()
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        checkpoint.Tensors["pooler.dense.bias"].Values[3] = float.NaN;
        Assert.That(
            () => HuggingFaceCheckpoint.Load(checkpoint.Write(Folder("nan")), Small),
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
            () => HuggingFaceCheckpoint.Load(folder, Small),
            Throws.InstanceOf<InvalidDataException>()
                .With.Message.StartsWith(Path.Combine(folder, "config.json")).And.Message.Contains(expected));
    }

    [Test]
    public void Missing_files_are_named()
    {
        var folder = new SmallHuggingFaceCheckpoint().Write(Folder("missing"));
        File.Delete(Path.Combine(folder, "model.safetensors"));
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder, Small),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("model.safetensors: not found"));
        File.Delete(Path.Combine(folder, "config.json"));
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder, Small),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("config.json: not found"));
    }

    private static double[][] Logits(ImportedBert imported, torch.Tensor embedded, torch.Tensor mask)
    {
        using var classifier = new TaskClassifier(imported.Model, imported.Head!);
        var logits = classifier.Logits(embedded, mask, EncoderPass.Plain);
        return [.. logits.ToFloat64Array().Chunk((int)logits.shape[1])];
    }

    private static torch.Tensor Tokens(string field) => torch.tensor(
        [.. Oracle.GetProperty(field).EnumerateArray().SelectMany(row => row.EnumerateArray().Select(id => id.GetInt64()))], [2L, 6]);

    private static double[] Numbers(JsonElement entry, string field) =>
        [.. entry.GetProperty(field).EnumerateArray().Select(value => value.GetDouble())];
}

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

    private static readonly ImportOptions Small = Exact with { SequenceLength = 9 };

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

    private static readonly Dictionary<string, Func<string, SmallHuggingFaceCheckpoint, string>> Forms = new()
    {
        ["prefixed"] = (folder, checkpoint) => checkpoint.Write(folder),
        ["plain"] = (folder, checkpoint) => checkpoint.Write(folder, prefixed: false),
        ["fused"] = (folder, checkpoint) =>
        {
            checkpoint.Fuse();
            return checkpoint.Write(folder);
        },
        ["gamma and beta"] = (folder, checkpoint) => checkpoint.Write(folder, rename: Gamma),
        ["plain gamma and beta"] = (folder, checkpoint) => checkpoint.Write(folder, prefixed: false, Gamma),
        ["module"] = (folder, checkpoint) => checkpoint.Write(folder, rename: name => "module." + name),
        ["compiled"] = (folder, checkpoint) => checkpoint.Write(folder, rename: name => "_orig_mod." + name),
        ["compiled module"] = (folder, checkpoint) => checkpoint.Write(folder, prefixed: false, name => "module._orig_mod." + Gamma(name)),
        ["float64"] = (folder, checkpoint) => checkpoint.Write(folder, wide: true),
        ["shards"] = (folder, checkpoint) => checkpoint.WriteShards(folder),
        ["old configuration"] = (folder, checkpoint) =>
        {
            foreach (var field in new[]
            {
                "\"model_type\": \"bert\",", "\"layer_norm_eps\": 1e-12,", "\"position_embedding_type\": \"absolute\",",
            })
            {
                Assert.That(checkpoint.Configuration, Does.Contain(field));
                checkpoint.Configuration = checkpoint.Configuration.Replace(field, "");
            }

            return checkpoint.Write(folder);
        },
    };

    private static IEnumerable<string> FormNames => Forms.Keys;

    private static string Gamma(string name) =>
        name.Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta");

    [TestCaseSource(nameof(FormNames))]
    public void A_whole_model_computes_what_it_should(string form)
    {
        using var scope = torch.NewDisposeScope();
        using var imported = HuggingFaceCheckpoint.Load(Forms[form](Folder(form), new SmallHuggingFaceCheckpoint()), Small);
        var ids = Tokens("ids");
        var (embedded, mask) = (imported.Model.Embed(ids, Tokens("types")), ids.ne(0).to(torch.float64));
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
    public void Without_types_every_token_is_of_type_0_and_more_tokens_than_positions_are_refused()
    {
        var folder = new SmallHuggingFaceCheckpoint().Write(Folder("types"));
        using var scope = torch.NewDisposeScope();
        using var pair = HuggingFaceCheckpoint.Load(folder, Small);
        Assert.That(pair.Model.Configuration.TokenTypes, Is.EqualTo(2));
        var ids = Tokens("ids");
        var types = Tokens("types").to(torch.float64).ToFloat64Array();
        var expected = pair.Model.Embed(ids, Tokens("types")).ToFloat64Array().Chunk(8).ToArray();
        var actual = pair.Model.Embed(ids).ToFloat64Array().Chunk(8).ToArray();
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
        var (embedded, mask) = (imported.Model.Embed(ids, Tokens("types")), ids.ne(0).to(torch.float64));
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
        Checkpoint.Save(imported.Model, TextFixture.Tokenizer, folder);
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

    /// <summary>A wrapper's prefix counts only where every name has it.</summary>
    [TestCase("module.")]
    [TestCase("_orig_mod.")]
    public void Half_wrapped_names_are_refused(string wrapper)
    {
        var folder = new SmallHuggingFaceCheckpoint().Write(
            Folder("half"), rename: name => name.StartsWith("classifier") ? name : wrapper + name);
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder, Small),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"tensor '{wrapper}bert.embeddings"));
    }

    [Test]
    public void Two_tensors_that_say_the_same_are_refused()
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        checkpoint.Tensors["embeddings.LayerNorm.gamma"] = ([8], new float[8]);
        Assert.That(
            () => HuggingFaceCheckpoint.Load(checkpoint.Write(Folder("twice")), Small),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(
                "'bert.embeddings.LayerNorm.gamma' and 'bert.embeddings.LayerNorm.weight', which say the same")
                .Or.Message.Contains("'bert.embeddings.LayerNorm.weight' and 'bert.embeddings.LayerNorm.gamma', which say the same"));
    }

    [TestCase("listed in the other", "tensor 'bert.pooler.dense.bias' is ")]
    [TestCase("not listed", "tensor 'bert.pooler.dense.bias' is not listed there by model.safetensors.index.json")]
    [TestCase("of no file", "model-00003-of-00002.safetensors: not found; model.safetensors.index.json lists it")]
    [TestCase("../model-00001-of-00002.safetensors", "weight_map names '../model-00001-of-00002.safetensors'; a shard is")]
    [TestCase("/etc/passwd", "weight_map names '/etc/passwd'; a shard is")]
    [TestCase("config.json", "weight_map names 'config.json'; a shard is")]
    [TestCase("..", "weight_map names '..'; a shard is")]
    [TestCase("", "weight_map names ''; a shard is")]
    public void Shards_that_are_not_as_their_index_says_are_refused(string fault, string expected)
    {
        var folder = new SmallHuggingFaceCheckpoint().WriteShards(Folder("shards-" + expected.Length + fault.Length), map =>
        {
            const string name = "bert.pooler.dense.bias";
            if (fault == "not listed")
                map.Remove(name);
            else
                map[name] = fault switch
                {
                    "listed in the other" => map.Values.First(shard => shard != map[name]),
                    "of no file" => "model-00003-of-00002.safetensors",
                    _ => fault,
                };
        });
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder, Small),
            Throws.InstanceOf(fault == "of no file" ? typeof(FileNotFoundException) : typeof(InvalidDataException))
                .With.Message.StartsWith(folder).And.Message.Contains(expected));
    }

    [Test]
    public void Tensors_in_two_shards_and_malformed_indices_are_refused()
    {
        var folder = new SmallHuggingFaceCheckpoint().WriteShards(Folder("shards-two"));
        var (first, second, index) = (
            Path.Combine(folder, "model-00001-of-00002.safetensors"),
            Path.Combine(folder, "model-00002-of-00002.safetensors"),
            Path.Combine(folder, "model.safetensors.index.json"));
        var text = File.ReadAllText(index);
        File.Copy(first, second, overwrite: true);
        Assert.That(() => HuggingFaceCheckpoint.Load(folder, Small), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(second));
        foreach (var (malformed, message) in new[]
        {
            ("{}", "weight_map"), ("[]", "not a JSON object"), ("{\"weight_map\": {\"a\": 1}}", "weight_map.a"),
            ("{\"weight_map\": {\"a\": null}}", "weight_map names ''"), (text.Replace("00002-of", "00001-of"), "is missing, which"),
            ("{\"weight_map\": {\"a\": \"x.safetensors\", \"a\": \"x.safetensors\"}}", "weight_map.a: Duplicate"),
        })
        {
            File.WriteAllText(index, malformed);
            Assert.That(
                () => HuggingFaceCheckpoint.Load(folder, Small),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message).And.Message.Not.Contains("System."), () => malformed);
        }
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
    [TestCase("{", "[", "not a JSON object")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": \"8\"", "line 5: hidden_size: a value of the wrong kind")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"hidden_size\": 8", "hidden_size: Duplicate property")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"is_decoder\": true", "is_decoder is true; it must be null, false or empty")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"add_cross_attention\": true", "add_cross_attention is true")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"pruned_heads\": {\"0\": [1]}", "pruned_heads is {\"0\": [1]}")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"quantization_config\": {\"bits\": 4}", "quantization_config is {\"bits\": 4}")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"auto_map\": {\"AutoModel\": \"x.Y\"}", "auto_map is {\"AutoModel\": \"x.Y\"}")]
    [TestCase("\"attention_probs_dropout_prob\": 0.1", "\"hidden_dropout_prob\": 0.2", "attention_probs_dropout_prob is 0.1; it must be as hidden_dropout")]
    [TestCase("BertForSequenceClassification", "RobertaModel", "architectures is RobertaModel; it must be BERT's")]
    [TestCase("BertForSequenceClassification", "BertForMultipleChoice", "architectures is BertForMultipleChoice; it must be BertForSequenceCl")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"problem_type\": \"multi_label_classification\"", "problem_type is multi_label_cl")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"problem_type\": \"regression\"", "problem_type is regression; it must be what 3")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"num_labels\": 2", "num_labels is 2; it must be 3")]
    [TestCase(", \"2\": \"c\"", "", "a name for each of the classifier's 3 outputs")]
    [TestCase("\"2\": \"c\"", "\"2\": \"a\"", "a name for each of the classifier's 3 outputs")]
    [TestCase("\"2\": \"c\"", "\"3\": \"c\"", "a name for each of the classifier's 3 outputs")]
    [TestCase("\"2\": \"c\"", "\"2\": null", "a name for each of the classifier's 3 outputs")]
    [TestCase("\"hidden_size\": 8", "\"hidden_size\": 8, \"label2id\": {\"a\": 0, \"b\": 2, \"c\": 1}", "label2id is [b, 2]; it must be the inverse")]
    public void Configurations_of_other_models_are_refused(string text, string replacement, string expected)
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        Assert.That(checkpoint.Configuration, Does.Contain(text));
        checkpoint.Configuration = checkpoint.Configuration.Replace(text, replacement);
        var folder = checkpoint.Write(Folder("configuration"));
        Assert.That(
            () => HuggingFaceCheckpoint.Load(folder, Small),
            Throws.InstanceOf<InvalidDataException>()
                .With.Message.StartsWith(Path.Combine(folder, "config.json")).And.Message.Contains(expected)
                .And.Message.Not.Contains("System.").And.Message.Not.Contains(nameof(HuggingFaceConfiguration)));
    }

    /// <summary>What later versions of transformers write at rest, and what has no part in a forward pass.</summary>
    [Test]
    public void Settings_at_rest_are_taken()
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        checkpoint.Configuration = checkpoint.Configuration.Replace("\"hidden_size\": 8", """
            "hidden_size": 8, "is_decoder": false, "add_cross_attention": false, "pruned_heads": {}, "quantization_config": null,
            "problem_type": null, "num_labels": 3, "chunk_size_feed_forward": 2, "classifier_dropout": 0.5, "torch_dtype": "float16",
            "tie_word_embeddings": true, "hidden_dropout_prob": 0.1, "label2id": { "a": 0, "b": "1", "c": 2 }
            """);
        using var imported = HuggingFaceCheckpoint.Load(checkpoint.Write(Folder("rest")), Small);
        Assert.That(imported.Head!.Labels, Is.EqualTo(new[] { "a", "b", "c" }));
    }

    [TestCase("{ \"0\": \"LABEL_0\", \"1\": \"LABEL_1\", \"2\": \"LABEL_2\" }")]
    [TestCase("null")]
    public void Classes_that_are_only_numbered_have_no_names(string names)
    {
        var checkpoint = new SmallHuggingFaceCheckpoint();
        checkpoint.Configuration = checkpoint.Configuration.Replace("{ \"0\": \"a\", \"1\": \"b\", \"2\": \"c\" }", names);
        using var imported = HuggingFaceCheckpoint.Load(checkpoint.Write(Folder("numbered")), Small);
        Assert.That(imported.Head!.Labels, Is.Null);
        Assert.That(imported.Head.InOrderOf(["c", "b", "a"], "head"), Is.SameAs(imported.Head));
    }

    /// <summary>The oracle's logits, in the order that a task has the labels in; the file that import writes keeps the names.</summary>
    [Test]
    public void A_classifier_answers_in_the_order_of_the_tasks_labels()
    {
        using var scope = torch.NewDisposeScope();
        using var imported = HuggingFaceCheckpoint.Load(new SmallHuggingFaceCheckpoint().Write(Folder("labels")), Small);
        var path = Path.Combine(Folder("labels"), "adapters.safetensors");
        imported.Head!.Write(path);
        var head = TrainedWeights.Read(path);
        Assert.That(head.InOrderOf(["a", "b", "c"], path), Is.SameAs(head));
        var ids = Tokens("ids");
        var logits = Logits(
            imported with { Head = head.InOrderOf(["C", "a", "b"], path) },
            imported.Model.Embed(ids, Tokens("types")),
            ids.ne(0).to(torch.float64));
        foreach (var (expected, example) in Oracle.GetProperty("small").EnumerateArray().Select((expected, example) => (expected, example)))
        {
            var straight = Numbers(expected, "logits");
            Assert.That(logits[example], Is.EqualTo(new[] { straight[2], straight[0], straight[1] }).Within(Tolerance));
        }

        foreach (var other in new string[][] { ["a", "b", "d"], ["a", "b"], ["a", "b", "c", "d"], ["a", "b", "B"], [] })
        {
            Assert.That(
                () => head.InOrderOf(other, path),
                Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith($"{path}: its outputs stand for a, b, c, and the task's"));
        }
    }

    [Test]
    public void Labels_that_are_given_go_before_those_of_the_configuration()
    {
        var folder = new SmallHuggingFaceCheckpoint().Write(Folder("given"));
        using var imported = HuggingFaceCheckpoint.Load(folder, Small with { Labels = ["2", "0", "1"] });
        Assert.That(imported.Head!.Labels, Is.EqualTo(new[] { "2", "0", "1" }));
        foreach (var labels in new string[][] { ["2", "0"], ["2", "0", "0"] })
        {
            Assert.That(
                () => HuggingFaceCheckpoint.Load(folder, Small with { Labels = labels }),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contains("a name for each of the classifier's 3 outputs"));
        }
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

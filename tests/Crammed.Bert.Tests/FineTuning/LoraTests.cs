using System.Text.Json.Nodes;
using Crammed.Files;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class LoraTests
{
    private const string Query = "layers.0.attention.query";

    private static readonly string[] AllTargets = ["query", "key", "value", "output", "expand", "contract"];

    /// <summary>
    /// What the adapters say is a change of the weights, W + (alpha / rank) B A, computed here in plain loops and put into a second model.
    /// Float64 on both sides: rounding only, compare BertModelTests.
    /// </summary>
    [TestCase(AttentionKernel.Gaussian, FeedForwardGate.Relu)]
    [TestCase(AttentionKernel.Softmax, FeedForwardGate.Relu)]
    [TestCase(AttentionKernel.Polynomial, FeedForwardGate.Bilinear)]
    public void Adapters_equal_the_change_of_weights_they_stand_for(AttentionKernel kernel, FeedForwardGate gate)
    {
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Tiny.Configuration(kernel, gate), seed: 2, torch.ScalarType.Float64);
        using var adapters = Random(model, new LoraConfiguration { Rank = 2, Alpha = 3, TargetModules = AllTargets });
        using var changed = new BertModel(Tiny.Configuration(kernel, gate), seed: 2, torch.ScalarType.Float64);
        using (torch.no_grad())
        {
            foreach (var (name, parameter) in changed.named_parameters())
            {
                if (!name.EndsWith(".weight") || !adapters.Modules.Contains(name[..^7]))
                    continue;
                var (a, b) = adapters[name[..^7]];
                double[] left = b.ToFloat64Array(), right = a.ToFloat64Array(), weight = parameter.ToFloat64Array();
                var inputs = (int)parameter.shape[1];
                for (var i = 0; i < weight.Length; i++)
                    weight[i] += 3 / 2.0 * Enumerable.Range(0, 2).Sum(r => left[(i / inputs * 2) + r] * right[(r * inputs) + (i % inputs)]);
                parameter.copy_(torch.tensor(weight, parameter.shape));
            }
        }

        var expected = Encode(changed, null);
        Assert.That(Tiny.Difference(Encode(model, null), expected), Is.GreaterThan(1e-3), "the adapters matter");
        Assert.That(Tiny.Difference(Encode(model, adapters), expected), Is.LessThan(1e-10));
        adapters.Merge();
        Assert.That(Tiny.Difference(Encode(model, null), expected), Is.LessThan(1e-10));
        Assert.That(Encode(model, adapters), Is.EqualTo(Encode(model, null)), "merged adapters are not added a second time");
    }

    [Test]
    public void Merging_is_undone_bit_by_bit_and_disabling_leaves_the_model()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Tiny.Configuration(), seed: 1);
        var before = Tiny.Weights(model);
        var plain = Encode(model, null);
        using var adapters = Random(model, new LoraConfiguration { TargetModules = AllTargets });
        var adapted = Encode(model, adapters);
        adapters.Merge();
        Assert.That(Tiny.Weights(model)[$"{Query}.weight"], Is.Not.EqualTo(before[$"{Query}.weight"]));
        Assert.That(adapters.Merge, Throws.InvalidOperationException);
        adapters.Unmerge();
        Assert.That(Tiny.Weights(model), Is.EqualTo(before));
        Assert.That(adapters.Unmerge, Throws.InvalidOperationException);
        adapters.Enabled = false;
        Assert.That(Encode(model, adapters), Is.EqualTo(plain));
        adapters.Enabled = true;
        Assert.That(Encode(model, adapters), Is.EqualTo(adapted).And.Not.EqualTo(plain));
    }

    [TestCase(LoraBias.None, 0)]
    [TestCase(LoraBias.All, 6)]
    public void Targets_and_biases_are_chosen_as_in_PEFT(LoraBias bias, int biases)
    {
        using var model = new BertModel(Tiny.Configuration(), seed: 1);
        using var adapters = new LoraAdapters(model, new LoraConfiguration { Bias = bias, TargetModules = ["value", Query] }, seed: 1);
        Assert.That(adapters.Modules, Is.EqualTo(new[] { Query, "layers.0.attention.value", "layers.1.attention.value" }));
        Assert.That(adapters.Biases(), Has.Count.EqualTo(biases), "the norms: embedding, two in each layer, final");
        Assert.That(adapters[Query].B.ToFloat64Array(), Is.All.Zero);
        // Uniform in +-1/sqrt(8).
        Assert.That(adapters[Query].A.ToFloat64Array().Select(Math.Abs), Is.All.LessThanOrEqualTo(1 / Math.Sqrt(8)).And.All.GreaterThan(0));
    }

    [TestCase("querry"), TestCase("word"), TestCase("uery")]
    public void Unknown_targets_are_named(string target)
    {
        using var model = new BertModel(Tiny.Configuration(), seed: 1);
        Assert.That(
            () => new LoraAdapters(model, new LoraConfiguration { TargetModules = ["query", target] }, 1),
            Throws.ArgumentException.With.Message.StartsWith($"target_modules has '{target}', which no linear layer is called; there are ")
                .And.Message.Contains("query").And.Message.Contains("contract"));
        Assert.That(
            () => new LoraAdapters(model, new LoraConfiguration { Bias = LoraBias.LoraOnly }, 1),
            Throws.ArgumentException.With.Message.Contains("lora_only"));
        Assert.That(
            () => new LoraAdapters(model, new LoraConfiguration { Rank = 0 }, 1), Throws.ArgumentException.With.Message.Contains("rank is 0"));
    }

    /// <summary>The names and the [out, in] order of PEFT 0.10's files for an adapted q, k, v and a saved module "head".</summary>
    [Test]
    public void Files_have_PEFTs_names_and_are_read_back()
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "lora-files");
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Tiny.Configuration(layers: 1), seed: 1);
        var configuration = new LoraConfiguration { Rank = 3, Alpha = 5, Dropout = 0.25, TargetModules = ["query", "expand"], Bias = LoraBias.All };
        using var classifier = new TaskClassifier(model, classes: 2, configuration, seed: 1);
        Fill(classifier.Adapters!);
        using (torch.no_grad())
            classifier.Adapters!.Biases()["final_norm.bias"].fill_(0.5);
        LoraFiles.Save(folder, classifier.Adapters!, classifier.Head, "some/model");

        using (var file = SafetensorsFile.Open(Path.Combine(folder, LoraFiles.Weights)))
        {
            Assert.That(file.Shape("base_model.model.layers.0.attention.query.lora_A.weight"), Is.EqualTo(new long[] { 3, 8 }));
            Assert.That(file.Shape("base_model.model.layers.0.feed_forward.expand.lora_B.weight"), Is.EqualTo(new long[] { 12, 3 }));
            Assert.That(file.ReadFloat32("base_model.model.final_norm.bias"), Is.All.EqualTo(0.5f));
            Assert.That(file.Shape("base_model.model.head.projection.weight"), Is.EqualTo(new long[] { 3, 8 }));
            Assert.That(file.Names, Has.Count.EqualTo(4 + 4 + 6), "A and B of two layers, biases of four norms, the head");
        }

        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, LoraFiles.Configuration)))!.AsObject();
        Assert.That(json["peft_type"]!.GetValue<string>(), Is.EqualTo("LORA"));
        Assert.That(((int)json["r"]!, (double)json["lora_alpha"]!, (double)json["lora_dropout"]!), Is.EqualTo((3, 5.0, 0.25)));
        Assert.That(json["target_modules"]!.AsArray().Select(node => (string)node!), Is.EqualTo(configuration.TargetModules));
        Assert.That(((string)json["bias"]!, (string)json["base_model_name_or_path"]!), Is.EqualTo(("all", "some/model")));

        using var other = new BertModel(Tiny.Configuration(layers: 1), seed: 1);
        using var loaded = TaskClassifier.Load(folder, other, classes: 2);
        var data = Tiny.Task(Tiny.Configuration(layers: 1), 5, seed: 3);
        Assert.That(loaded.Predict(data).Logits, Is.EqualTo(classifier.Predict(data).Logits));
        Assert.That(Tiny.Weights(other)["final_norm.bias"], Is.All.EqualTo(0.5));
    }

    [TestCase("peft_type", "\"IA3\"", "peft_type is 'IA3'")]
    [TestCase("r", "0", "r is 0; it must be 1 to 256")]
    [TestCase("r", "2", "lora_A.weight' is [3, 8], expected [2, 8]")]
    [TestCase("use_dora", "true", "use_dora is true")]
    [TestCase("target_modules", "[\"key\"]", "belongs to no module")]
    [TestCase("target_modules", "\"all-linear\"", "target_modules")]
    [TestCase("bias", "\"some\"", "bias: a value of the wrong kind")]
    [TestCase("r", "\"3\"", "r: a value of the wrong kind")]
    [TestCase("target_modules", "\".*[\"", "target_modules: '^(?:.*[)$' is no pattern that can be matched")]
    [TestCase("target_modules", "\"(.*)*(.*)*(.*)*!\"", "target_modules: ")]
    [TestCase("target_modules", "[\"query\", \"dense\"]", "target_modules is 'dense'; it must be names of linear layers of the encoder")]
    [TestCase("target_modules", "null", "target_modules is ''; it must be names of linear layers of the encoder")]
    [TestCase("fan_in_fan_out", "true", "fan_in_fan_out is true")]
    [TestCase("lora_bias", "true", "lora_bias is true")]
    [TestCase("layers_to_transform", "[0]", "layers_to_transform is [0]")]
    [TestCase("layers_to_transform", "0", "layers_to_transform is 0")]
    [TestCase("layers_pattern", "\"layers\"", "layers_pattern is \"layers\"")]
    [TestCase("exclude_modules", "[\"query\"]", "exclude_modules is [\"query\"]")]
    [TestCase("layer_replication", "[[0, 1]]", "layer_replication is [[0,1]]")]
    [TestCase("use_qalora", "true", "use_qalora is true")]
    [TestCase("of_a_later_version", "{\"x\": 1}", "of_a_later_version is {\"x\":1}; it must be null, false or empty")]
    [TestCase("init_lora_weights", "\"pissa\"", "init_lora_weights is \"pissa\"; it must be true, false, gaussian")]
    [TestCase("init_lora_weights", "\"olora\"", "init_lora_weights is \"olora\"")]
    [TestCase("rank_pattern", "{\"query\": 0}", "rank_pattern is 0; it must be 1 to 256")]
    [TestCase("rank_pattern", "{\"query\": 2}", "lora_A.weight' is [3, 8], expected [2, 8]")]
    [TestCase("rank_pattern", "{\"[\": 2}", "rank_pattern: ")]
    [TestCase("alpha_pattern", "{\"query\": \"16\"}", "alpha_pattern.query: a value of the wrong kind")]
    public void Files_that_do_not_fit_are_refused_and_leave_the_model(string field, string value, string message)
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"lora-{field}-{value.Length}-{message.Length}");
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Tiny.Configuration(layers: 1), seed: 1);
        using var classifier = new TaskClassifier(model, 2, new LoraConfiguration { Rank = 3, TargetModules = ["query"] }, seed: 1);
        LoraFiles.Save(folder, classifier.Adapters!, classifier.Head, "model");
        var path = Path.Combine(folder, LoraFiles.Configuration);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json[field] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());
        var before = Tiny.Weights(model);
        Assert.That(
            () => TaskClassifier.Load(folder, model, 2),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(folder).And.Message.Contains(message)
                .And.Message.Not.Contains("System.").And.Message.Not.Contains(nameof(LoraFileConfiguration)));
        Assert.That(Tiny.Weights(model), Is.EqualTo(before));
    }

    /// <summary>
    /// Each setting against the same change written into B, or into the names, by hand. Tensors are multiples of 2^-8 and factors powers of
    /// two, so that both sides compute the very same.
    /// </summary>
    [TestCase("alpha_pattern", "{\"query\": 8}", "query", 4)]
    [TestCase("alpha_pattern", "{\"0.attention.query\": 8, \"query\": 2}", "layers.0.attention.query", 4)]
    [TestCase("alpha_pattern", "{\"layers\\\\.[0]\\\\..*\": 8}", "layers.0.", 4)]
    [TestCase("alpha_pattern", "{\"uery\": 8, \"attention\": 8}", "none", 1)]
    [TestCase("use_rslora", "true", "", 2)]
    [TestCase("target_modules", "\".*attention\\\\.(query|value)\"", "", 1)]
    [TestCase("target_modules", "[\"layers.0.attention.query\", \"layers.1.attention.query\", \"attention.value\"]", "", 1)]
    [TestCase("init_lora_weights", "\"gaussian\"", "", 1)]
    [TestCase("runtime_config", "{\"ephemeral_gpu_offload\": false}", "", 1)]
    public void Settings_of_PEFT_are_honoured(string field, string value, string target, int factor)
    {
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Tiny.Configuration(), seed: 1);
        // Alpha 2 over rank 4.
        using var adapters = Multiples(model, new LoraConfiguration { Rank = 4, Alpha = 2, TargetModules = ["query", "value"] });
        using var head = new TaskClassifier(model, 2, lora: null, seed: 1);
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"lora-honoured-{field}-{value.Length}");
        LoraFiles.Save(folder, adapters, head.Head, "model");
        var path = Path.Combine(folder, LoraFiles.Configuration);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json[field] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());
        using var loaded = TaskClassifier.Load(folder, model, 2);
        Assert.That(loaded.Adapters!.Modules, Is.EqualTo(adapters.Modules));
        using (torch.no_grad())
        {
            foreach (var module in adapters.Modules)
                adapters[module].B.mul_(module.Contains(target) ? factor : 1);
        }

        Assert.That(Encode(model, loaded.Adapters), Is.EqualTo(Encode(model, adapters)));
    }

    /// <summary>An adapter of rank 2 beside those of rank 4 is the first two rows of A and columns of B, with alpha / 2.</summary>
    [Test]
    public void Ranks_may_differ()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Tiny.Configuration(), seed: 1);
        using var adapters = Multiples(model, new LoraConfiguration { Rank = 4, Alpha = 2, TargetModules = ["query", "value"] });
        using var head = new TaskClassifier(model, 2, lora: null, seed: 1);
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "lora-ranks");
        LoraFiles.Save(folder, adapters, head.Head, "model");
        Rewrite(folder, json => json["rank_pattern"] = JsonNode.Parse("{\"value\": 2}"), (name, shape, values) => name.Contains(".value.lora_A")
            ? (name, [2, shape[1]], values[..(int)(2 * shape[1])])
            : name.Contains(".value.lora_B")
                ? (name, [shape[0], 2], [.. values.Chunk(4).SelectMany(row => row[..2])])
                : (name, shape, values));
        using var loaded = TaskClassifier.Load(folder, model, 2);
        using (torch.no_grad())
        {
            foreach (var module in adapters.Modules.Where(module => module.Contains("value")))
            {
                adapters[module].B.narrow(1, 2, 2).zero_();
                adapters[module].B.mul_(2);
            }
        }

        Assert.That(Encode(model, loaded.Adapters), Is.EqualTo(Encode(model, adapters)));
    }

    /// <summary>
    /// What PEFT writes for a BertForSequenceClassification: transformers' names, biases inside <c>base_layer</c>, the classifier, and no
    /// pooler, which is the imported model's.
    /// </summary>
    [TestCase("bert.")]
    [TestCase("")]
    public void Names_of_transformers_are_read(string root)
    {
        using var scope = torch.NewDisposeScope();
        var checkpoint = new SmallHuggingFaceCheckpoint().Write(Path.Combine(TestContext.CurrentContext.WorkDirectory, "lora-imported"));
        using var imported = HuggingFaceCheckpoint.Load(checkpoint, new ImportOptions { SequenceLength = 9 });
        var model = imported.Model;
        using var base3 = new TaskClassifier(model, imported.Head!);
        using var adapters = Multiples(model, new LoraConfiguration
        {
            Rank = 2,
            TargetModules = ["query", "expand"],
            Bias = LoraBias.LoraOnly,
        });
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "lora-transformers" + root);
        LoraFiles.Save(folder, adapters, base3.Head, "model");
        Rewrite(
            folder,
            json => json["target_modules"] = JsonNode.Parse("[\"self.query\", \"intermediate.dense\"]"),
            (name, shape, values) => (
                name.Replace("model.layers.", $"model.{root}encoder.layer.").Replace("attention.query", "attention.self.query")
                    .Replace("feed_forward.expand", "intermediate.dense").Replace("head.classifier", "classifier")
                    .Replace("query.bias", "query.base_layer.bias").Replace("dense.bias", "dense.base_layer.bias"),
                shape,
                values),
            name => !name.Contains("head.dense") && !name.Contains("head.projection"));
        using var loaded = TaskClassifier.Load(folder, model, 3, imported.Head);
        Assert.That(loaded.Adapters!.Modules, Is.EqualTo(adapters.Modules));
        foreach (var (name, tensor) in base3.Head)
            Assert.That(loaded.Head[name].ToFloat32Array(), Is.EqualTo(tensor.ToFloat32Array()), () => name);
        Assert.That(Encode(model, loaded.Adapters), Is.EqualTo(Encode(model, adapters)));
        Assert.That(
            () => TaskClassifier.Load(folder, model, 3),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("merge the adapters in PEFT (merge_and_unload)"));
    }

    [Test]
    public void Adapters_for_other_labels_are_refused()
    {
        using var model = new BertModel(Tiny.Configuration(layers: 1), seed: 1);
        using var classifier = new TaskClassifier(model, 2, new LoraConfiguration(), seed: 1);
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "lora-labels");
        LoraFiles.Save(folder, classifier.Adapters!, classifier.Head, "model", labels: ["yes", "no"]);
        Assert.That(() => LoraFiles.RequireFits(folder, "model", ["yes", "no"]), Throws.Nothing);
        Assert.That(
            () => LoraFiles.RequireFits(folder, "model", ["no", "yes"]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("was trained for the labels yes, no, and the task has no, yes"));
    }

    /// <summary>Adapters whose values are small multiples of 2^-8.</summary>
    private static LoraAdapters Multiples(BertModel model, LoraConfiguration configuration)
    {
        var adapters = new LoraAdapters(model, configuration, seed: 4);
        using var noGradient = torch.no_grad();
        var random = new Random(3);
        foreach (var tensor in adapters.Modules.SelectMany(module => new[] { adapters[module].A, adapters[module].B }))
        {
            float[] values = [.. Enumerable.Range(0, (int)tensor.numel()).Select(_ => random.Next(-64, 65) / 256f)];
            tensor.copy_(torch.tensor(values, tensor.shape));
        }

        return adapters;
    }

    /// <summary>Changes an adapter's files as another program would have written them.</summary>
    private static void Rewrite(
        string folder,
        Action<JsonNode> configuration,
        Func<string, long[], float[], (string Name, long[] Shape, float[] Values)> change,
        Func<string, bool>? keep = null)
    {
        var path = Path.Combine(folder, LoraFiles.Configuration);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        configuration(json);
        File.WriteAllText(path, json.ToJsonString());
        var writer = new SafetensorsWriter();
        using (var file = SafetensorsFile.Open(Path.Combine(folder, LoraFiles.Weights)))
        {
            foreach (var name in file.Names.Where(name => keep?.Invoke(name) ?? true))
            {
                var (other, shape, values) = change(name, [.. file.Shape(name)], file.ReadFloat32(name));
                writer.AddFloat32(other, shape, values);
            }
        }

        writer.Write(Path.Combine(folder, LoraFiles.Weights));
    }

    private static LoraAdapters Random(BertModel model, LoraConfiguration configuration)
    {
        var adapters = new LoraAdapters(model, configuration, seed: 4);
        Fill(adapters);
        return adapters;
    }

    private static void Fill(LoraAdapters adapters)
    {
        using var noGradient = torch.no_grad();
        long seed = 5;
        foreach (var module in adapters.Modules)
        {
            var b = adapters[module].B;
            b.copy_(torch.tensor(Tiny.Gaussian(seed++, (int)b.numel(), 0.3), b.shape));
        }
    }

    private static double[] Encode(BertModel model, LoraAdapters? adapters)
    {
        var data = Tiny.Task(model.Configuration, 3, seed: 9);
        long[] all = [0, 1, 2];
        var pass = new EncoderPass { Adapters = adapters };
        return model.Encode(model.Embed(data.Ids(all)), data.Masks(all, model.ScalarType), pass).ToFloat64Array();
    }
}

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
    [TestCase("r", "0", "rank is 0")]
    [TestCase("r", "2", "lora_A.weight' is [3, 8], expected [2, 8]")]
    [TestCase("use_dora", "true", "use_dora is true")]
    [TestCase("target_modules", "[\"key\"]", "belongs to no module")]
    [TestCase("target_modules", "\"all-linear\"", "target_modules")]
    [TestCase("bias", "\"some\"", "bias")]
    public void Files_that_do_not_fit_are_refused_and_leave_the_model(string field, string value, string message)
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"lora-{field}-{value.Length}");
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
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(folder).And.Message.Contains(message));
        Assert.That(Tiny.Weights(model), Is.EqualTo(before));
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

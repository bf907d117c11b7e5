using TorchSharp;

namespace Crammed.Bert.Tests;

public class BertModelTests
{
    /// <summary>
    /// Both sides compute in double with sums of at most a few dozen terms of size below about 100; 1e-10 leaves four digits of room over
    /// rounding (100 * 50 * 1.1e-16 per sum, amplified by two layers) and is far below the effect of any wrong term.
    /// </summary>
    private const double Tolerance = 1e-10;

    private static readonly int[] Ids = [2, 7, 11, 3, 0, 0];
    private static readonly float[] Mask = [1, 1, 1, 1, 0, 0];

    [Test]
    public void Parameters_have_the_documented_names_and_shapes()
    {
        using var model = new BertModel(Tiny.Configuration(layers: 1), seed: 1);
        var shapes = model.named_parameters().ToDictionary(parameter => parameter.Item1, parameter => parameter.Item2.shape);
        var expected = new Dictionary<string, long[]>
        {
            ["embedding.word.weight"] = [24, 8],
            ["embedding.position_scale"] = [1],
            ["embedding.norm.weight"] = [8],
            ["embedding.norm.bias"] = [8],
            ["layers.0.attention_norm.weight"] = [8],
            ["layers.0.attention_norm.bias"] = [8],
            ["layers.0.attention.query.weight"] = [8, 8],
            ["layers.0.attention.key.weight"] = [8, 8],
            ["layers.0.attention.value.weight"] = [8, 8],
            ["layers.0.attention.output.weight"] = [8, 8],
            ["layers.0.feed_forward_norm.weight"] = [8],
            ["layers.0.feed_forward_norm.bias"] = [8],
            ["layers.0.feed_forward.expand.weight"] = [12, 8],
            ["layers.0.feed_forward.contract.weight"] = [8, 6],
            ["final_norm.weight"] = [8],
            ["final_norm.bias"] = [8],
        };
        Assert.That(shapes.Keys, Is.EquivalentTo(expected.Keys));
        foreach (var (name, shape) in expected)
            Assert.That(shapes[name], Is.EqualTo(shape), name);
    }

    [Test]
    public void Initial_weights_follow_the_seed_and_the_pad_row_is_zero()
    {
        using var first = new BertModel(Tiny.Configuration(), seed: 5);
        using var again = new BertModel(Tiny.Configuration(), seed: 5);
        using var other = new BertModel(Tiny.Configuration(), seed: 6);
        var weights = Tiny.Weights(first);
        Assert.That(Tiny.Weights(again), Is.EqualTo(weights));
        Assert.That(Tiny.Weights(other)["embedding.word.weight"], Is.Not.EqualTo(weights["embedding.word.weight"]));
        Assert.That(weights["embedding.word.weight"].Take(8), Is.All.EqualTo(0));
        Assert.That(weights["embedding.position_scale"][0], Is.EqualTo(1 / Math.Sqrt(8)).Within(1e-7));
        Assert.That(weights["layers.0.attention_norm.weight"], Is.All.EqualTo(1));
    }

    [TestCase(AttentionKernel.Gaussian, FeedForwardGate.Relu)]
    [TestCase(AttentionKernel.Softmax, FeedForwardGate.Relu)]
    [TestCase(AttentionKernel.Polynomial, FeedForwardGate.Bilinear)]
    public void Forward_pass_equals_plain_loops(AttentionKernel kernel, FeedForwardGate gate)
    {
        var configuration = Tiny.Configuration(kernel, gate);
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(configuration, seed: 2, torch.ScalarType.Float64);
        var plain = new PlainBert(configuration, Tiny.Weights(model));
        var expectedEmbedding = plain.Embed(Ids);
        var expected = plain.Encode(expectedEmbedding, Mask);

        var embedded = model.Embed(torch.tensor(Array.ConvertAll(Ids, id => (long)id), [1L, 6L]));
        var encoded = model.Encode(embedded, torch.tensor(Mask, [1L, 6L]).to(torch.ScalarType.Float64), EncoderPass.Plain);
        Assert.That(Tiny.Difference(embedded.ToFloat64Array(), [.. expectedEmbedding.SelectMany(row => row)]), Is.LessThan(Tolerance));
        Assert.That(Tiny.Difference(encoded.ToFloat64Array(), [.. expected.SelectMany(row => row)]), Is.LessThan(Tolerance));
    }

    [Test]
    public void Adapters_and_their_dropout_equal_plain_loops()
    {
        var configuration = Tiny.Configuration();
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(configuration, seed: 3, torch.ScalarType.Float64);
        var shapes = FineTuningShape.Of(configuration).TensorShapes(rank: 2).Where(tensor => tensor.Name.Contains("lora")).ToList();
        var values = shapes.Index().ToDictionary(tensor => tensor.Item.Name, tensor => Tiny.Gaussian(tensor.Index, 16, 0.3));
        var random = new SeededRandom(9);
        var masks = Enumerable.Range(0, 6)
            .Select(_ => Enumerable.Range(0, 12).Select(_ => random.NextDouble() < 0.7 ? 1 / 0.7 : 0).ToArray()).ToArray();
        var plain = new PlainBert(configuration, Tiny.Weights(model)) { Adapters = values, Rank = 2, Alpha = 3, AdapterMasks = masks };
        var expected = plain.Encode(plain.Embed(Ids), Mask);

        var settings = new FineTuningSettings { Rank = 2, Alpha = 3 };
        using var adapters = new LoraAdapters(model, new TrainedWeights(settings, FineTuningShape.Of(configuration), values));
        string[] modules =
        [
            "layers.0.attention.query", "layers.0.attention.key", "layers.0.attention.value",
            "layers.1.attention.query", "layers.1.attention.key", "layers.1.attention.value",
        ];
        var maskTensors = modules.Zip(masks).ToDictionary(pair => pair.First, pair => torch.tensor(pair.Second, [1L, 6L, 2L]));
        var pass = new EncoderPass { Adapters = adapters.WithDropout(maskTensors) };
        var embedded = model.Embed(torch.tensor(Array.ConvertAll(Ids, id => (long)id), [1L, 6L]));
        var mask = torch.tensor(Mask, [1L, 6L]).to(torch.ScalarType.Float64);
        var all = model.Encode(embedded, mask, pass).ToFloat64Array();
        var first = model.Encode(embedded, mask, pass with { FirstTokenOnly = true });
        Assert.That(Tiny.Difference(all, [.. expected.SelectMany(row => row)]), Is.LessThan(Tolerance));
        Assert.That(first.shape, Is.EqualTo(new long[] { 1, 1, 8 }));
        Assert.That(Tiny.Difference(first.ToFloat64Array(), expected[0]), Is.LessThan(Tolerance));
    }

    /// <summary>Adding -10000 to a score inside the exponential, as the reference does, equals masking the values.</summary>
    [Test]
    public void Value_masking_equals_score_masking()
    {
        using var scope = torch.NewDisposeScope();
        var configuration = Tiny.Configuration(AttentionKernel.Gaussian);
        var q = torch.tensor(Tiny.Gaussian(1, 2 * 2 * 6 * 4), [2L, 2L, 6L, 4L]);
        var k = torch.tensor(Tiny.Gaussian(2, 2 * 2 * 6 * 4), [2L, 2L, 6L, 4L]);
        var v = torch.tensor(Tiny.Gaussian(3, 2 * 2 * 6 * 4), [2L, 2L, 6L, 4L]);
        var mask = torch.tensor(new double[] { 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0 }, [2L, 1L, 1L, 6L]);
        var argument = AttentionKernels.Argument(q, k, null);
        var masked = torch.matmul(torch.exp(argument + ((1.0 - mask) * -10000.0)), v);
        var rewritten = torch.matmul(AttentionKernels.Unnormalised(configuration, argument), v * mask.transpose(2, 3));
        Assert.That(Tiny.Difference(masked.ToFloat64Array(), rewritten.ToFloat64Array()), Is.LessThan(Tolerance));
    }

    /// <summary>
    /// Central differences with step h err by about h^2 |f'''| / 6 + u |f| / h: at h = 1e-5, |f| about 3 and moderate third derivatives,
    /// some 1e-10 relative to gradients of size 0.01 to 1. 1e-6 relative to the largest gradient is safe and still finds any error.
    /// </summary>
    [TestCase(AttentionKernel.Gaussian, FeedForwardGate.Relu)]
    [TestCase(AttentionKernel.Softmax, FeedForwardGate.Bilinear)]
    [TestCase(AttentionKernel.Polynomial, FeedForwardGate.Bilinear)]
    public void Gradient_equals_finite_differences(AttentionKernel kernel, FeedForwardGate gate)
    {
        using var model = new BertModel(Tiny.Configuration(kernel, gate), seed: 4, torch.ScalarType.Float64);
        var batch = new MaskedBatch(2, 6, Tiny.Special, 24, 0.5);
        batch.Add([2, 7, 8, 9, 10, 3], new SeededRandom(1));
        batch.Add([2, 11, 12, 3], new SeededRandom(2));
        double Loss()
        {
            using var noGradient = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            var (loss, first) = MaskedLanguageModel.Losses(model, batch, EncoderPass.Plain, 0.3);
            return loss.ToDouble() + (0.3 * first!.ToDouble());
        }

        using var outer = torch.NewDisposeScope();
        var (masked, firstToken) = MaskedLanguageModel.Losses(model, batch, EncoderPass.Plain, 0.3);
        (masked + (firstToken! * 0.3)).backward();
        foreach (var (name, parameter) in model.named_parameters())
        {
            var gradient = parameter.grad!.ToFloat64Array();
            var values = parameter.ToFloat64Array();
            var scale = Math.Max(1e-3, gradient.Max(Math.Abs));
            for (var i = 0; i < values.Length; i += Math.Max(1, values.Length / 7))
            {
                if (name == "embedding.word.weight" && i < 8)
                    continue;
                double Shifted(double step)
                {
                    using var noGradient = torch.no_grad();
                    var changed = (double[])values.Clone();
                    changed[i] += step;
                    parameter.copy_(torch.tensor(changed, parameter.shape));
                    return Loss();
                }

                var difference = (Shifted(1e-5) - Shifted(-1e-5)) / 2e-5;
                Shifted(0);
                Assert.That(gradient[i], Is.EqualTo(difference).Within(1e-6 * scale), $"{name}[{i}]");
            }
        }
    }

    [Test]
    public void Observer_sees_the_values_and_changes_nothing()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Tiny.Configuration(), seed: 2, torch.ScalarType.Float64);
        var embedded = model.Embed(torch.tensor(Array.ConvertAll(Ids, id => (long)id), [1L, 6L]));
        var recorder = new RangeRecorder();
        var plain = model.Encode(embedded, null, EncoderPass.Plain).ToFloat64Array();
        var observed = model.Encode(embedded, null, new EncoderPass { Observer = recorder }).ToFloat64Array();
        Assert.That(observed, Is.EqualTo(plain));
        var variances = embedded.ToFloat64Array().Chunk(8).Select(row => row.Average(x => x * x) - Math.Pow(row.Average(), 2)).ToList();
        var range = recorder.Ranges[ActivationNames.AttentionNormVariance(0)];
        Assert.That(range.Minimum, Is.EqualTo(variances.Min()).Within(Tolerance));
        Assert.That(range.Maximum, Is.EqualTo(variances.Max()).Within(Tolerance));
        Assert.That(recorder.Ranges[ActivationNames.KernelArgument(1)].Maximum, Is.LessThanOrEqualTo(Tolerance));
        Assert.That(recorder.Ranges.Keys, Does.Contain(ActivationNames.FinalNormVariance));
    }
}

using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;
using Crammed.Encrypted.Tests.Operations;
using Crammed.Encrypted.Tests.Training;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Layers;

/// <summary>Padding: masking the values is masking the scores, and what stands at padding reaches nothing.</summary>
[TestFixture]
public sealed class MaskingTests
{
    private const int Heads = 2;
    private const int Width = 2;
    private const int Power = 2;
    private const int MaxLevel = 12;

    private static IEnumerable<SlotShape> Shapes() => [new(32, 8), new(16, 4)];

    [TestCaseSource(nameof(Shapes))]
    public void Masked_values_equal_masked_scores(SlotShape shape)
    {
        var random = new Random(3);
        var largest = 0.5 / Math.Sqrt(Width);
        var features = Heads * Width;
        var operands = Enumerable.Range(0, 3)
            .Select(_ => RandomValues.Uniform(random, shape.Slots * features, -largest, largest)).ToArray();
        var mask = Enumerable.Range(0, shape.Slots).Select(i => i % shape.Tokens <= i / shape.Tokens % shape.Tokens ? 1.0 : 0.0).ToArray();
        var upstream = RandomValues.Uniform(random, shape.Slots * features);
        var backend = new ClearBackend(shape.Slots, MaxLevel);
        var context = new EncryptedContext(backend, refreshLevel: 6);
        var tensors = operands.Select((operand, i) => context.Tensor(
            $"operand {i}", shape.Layout(features), shape.Load(backend, operand, features, MaxLevel), requiresGradient: true)).ToArray();
        var encryptedMask = context.Tensor("mask", shape.Layout(), shape.Load(backend, mask, 1, MaxLevel));

        var scores = Functional.KernelScores(tensors[0], tensors[1], Heads, Power);
        var output = Functional.WeightedValues(scores, Functional.Mask(tensors[2], encryptedMask));
        var value = shape.Read(output.Vectors);
        context.Tape.Backward(output, context.Tensor("upstream", output.Layout, shape.Load(backend, upstream, features, MaxLevel)));

        var (expected, gradients) = Oracle(shape, operands, mask, upstream);
        // As for the scores alone (2^power (width + 5) roundings), then a sum over tokens, or over the width and over tokens.
        double score = (1 << Power) * (Width + 5);
        Assert.That(value, Is.EqualTo(expected).Within(new Rounding(score + shape.Tokens + 3, shape.Tokens).Tolerance));
        var rounding = new Rounding(score + 2 * shape.Tokens + Width + 6, 4 * (1 << Power) * shape.Tokens * largest);
        for (var i = 0; i < tensors.Length; i++)
            Assert.That(shape.Read(tensors[i].Gradient!.Vectors), Is.EqualTo(gradients[i]).Within(rounding.Tolerance), tensors[i].Name);
        var (keys, values) = (shape.Read(tensors[1].Gradient!.Vectors), shape.Read(tensors[2].Gradient!.Vectors));
        foreach (var padded in Enumerable.Range(0, shape.Slots).Where(i => mask[i] == 0))
        {
            Assert.That(keys.AsSpan(padded * features, features).ToArray(), Is.All.Zero, "padded key");
            Assert.That(values.AsSpan(padded * features, features).ToArray(), Is.All.Zero, "padded value");
        }
        context.Release();
    }

    /// <summary>Zero times what stands at padding is zero whatever that is, so equality is exact.</summary>
    [Test]
    public void What_stands_at_padding_changes_neither_logits_nor_gradients([Values] bool exactFunctions)
    {
        var model = new TinyModel(seed: 5);
        double[] parameters = [.. model.ParameterShapes.SelectMany(shape => model.Parameters[shape.Name])];
        var before = Run();
        var padded = 0;
        for (var token = 0; token < model.Mask.Length; token++)
        {
            if (model.Mask[token] != 0)
                continue;
            // The other order of the same features: another token, with the variance that the norms expect.
            Array.Reverse(model.Embedding, token * model.Hidden, model.Hidden);
            padded++;
        }

        var after = Run();

        Assert.That(padded, Is.GreaterThan(model.Mask.Length / 4));
        Assert.That(after.Logits, Is.EqualTo(before.Logits));
        Assert.That(after.Parameters, Is.EqualTo(before.Parameters));
        for (var token = 0; token < model.Mask.Length; token++)
        {
            var gradient = after.Embedding.AsSpan(token * model.Hidden, model.Hidden).ToArray();
            Assert.That(gradient, model.Mask[token] == 0 ? Is.All.Zero : Is.Not.All.Zero, $"token {token}");
        }

        ModelGradients Run() => new CircuitRun(model, MaxLevel, refreshLevel: 6, exactFunctions).Run(parameters, MaxLevel);
    }

    private static (double[] Value, double[][] Gradients) Oracle(SlotShape shape, double[][] operands, double[] mask, double[] upstream)
    {
        using var scope = NewDisposeScope();
        var attention = new TorchAttention(shape.Examples, shape.Tokens, Heads);
        long[] sizes = [shape.Examples, shape.Tokens, Heads * Width];
        var leaves = operands.Select(values => tensor(values, sizes, requires_grad: true)).ToArray();
        var scores = attention.Scores(leaves[0], leaves[1], Power) * tensor(mask, [shape.Examples, 1, 1, shape.Tokens]);
        var output = attention.Attend(scores, leaves[2]);
        output.backward([tensor(upstream, sizes)]);
        return (output.data<double>().ToArray(), [.. leaves.Select(leaf => leaf.grad!.data<double>().ToArray())]);
    }
}

using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Operations;

[TestFixture]
public sealed class LogisticLossGradientTests
{
    private const int MaxLevel = 12;
    private const int RefreshLevel = 6;

    private static IEnumerable<SlotShape> Shapes() => [new(32, 8), new(16, 2)];

    /// <summary>Weighted cross entropy of two classes in every slot; levels of the logits and of the labels.</summary>
    [Test]
    public void Gradient_and_level_equal_those_of_torch_cross_entropy(
        [ValueSource(nameof(Shapes))] SlotShape shape, [Values(12, 0, 5)] int logitLevel, [Values(12, 0, 3)] int labelLevel)
    {
        var random = new Random(17);
        var logits = RandomValues.Uniform(random, shape.Slots * 2);
        var labels = Enumerable.Range(0, shape.Slots).Select(_ => (double)random.Next(2)).ToArray();
        var weights = RandomValues.Uniform(random, shape.Slots);
        Func<double, double> exact = z => 1 / (1 + Math.Exp(-z));
        var sigmoid = new FittedFunction("sigmoid", exact, ChebyshevFit.Interpolate(exact, new Interval(-2, 2), 7), []);
        var live = ClearVector.LiveCount;
        var backend = new ClearBackend(shape.Slots, MaxLevel) { ExactFunctions = true };
        var context = new EncryptedContext(backend, RefreshLevel);
        var z = context.Tensor("logits", shape.Layout(2), shape.Load(backend, logits, 2, logitLevel), requiresGradient: true);
        var y = context.Tensor("labels", shape.Layout(), shape.Load(backend, labels, 1, labelLevel));

        var gradient = Functional.LogisticLossGradient(z, y, sigmoid, shape.Plain(weights, 1)[0]);

        var depth = sigmoid.Approximation.Depth;
        var error = Math.Min((logitLevel < depth ? Math.Max(depth, RefreshLevel) : logitLevel) - depth, labelLevel);
        Assert.That(gradient.Level, Is.EqualTo((error < 1 ? RefreshLevel : error) - 1));
        // The logits' difference is at most 2: sigmoid and softmax carry at most ten roundings, the label and the weight one each.
        Assert.That(shape.Read(gradient.Vectors), Is.EqualTo(Oracle(shape, logits, labels, weights)).Within(new Rounding(12, 1).Tolerance));
        context.Release();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live));
    }

    private static double[] Oracle(SlotShape shape, double[] logits, double[] labels, double[] weights)
    {
        using var scope = NewDisposeScope();
        var z = tensor(logits, [shape.Slots, 2], requires_grad: true);
        var classes = tensor(labels.Select(label => (long)label).ToArray());
        (nn.functional.cross_entropy(z, classes, reduction: nn.Reduction.None) * tensor(weights)).sum().backward();
        return z.grad!.data<double>().ToArray();
    }
}

using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Layers;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Layers;

[TestFixture]
public sealed class LowRankLinearTests
{
    private const int Inputs = 5;
    private const int Outputs = 4;
    private const int Rank = 2;
    private const int MaxLevel = 12;
    private const double OutputScale = 0.7;

    /// <summary>alpha / rank.</summary>
    private const double AdapterScale = 0.5;

    private static IEnumerable<SlotShape> Shapes() => [new(32, 8), new(16, 4)];

    [Test]
    public void With_dropout_value_and_gradients_equal_those_of_torch(
        [ValueSource(nameof(Shapes))] SlotShape shape, [Values(12, 4, 0)] int level)
    {
        var random = new Random(shape.Slots);
        var weights = RandomValues.Matrix(random, Outputs, Inputs);
        var x = RandomValues.Uniform(random, shape.Slots * Inputs);
        var a = RandomValues.Uniform(random, Inputs * Rank);
        var b = RandomValues.Uniform(random, Rank * Outputs);
        var dropout = Enumerable.Range(0, shape.Slots * Rank).Select(_ => random.NextDouble() < 0.75 ? 1 / 0.75 : 0).ToArray();
        var upstream = RandomValues.Uniform(random, shape.Slots * Outputs);
        var live = ClearVector.LiveCount;
        var backend = new ClearBackend(shape.Slots, MaxLevel);
        var context = new EncryptedContext(backend, refreshLevel: 5);
        var input = context.Tensor("x", shape.Layout(Inputs), shape.Load(backend, x, Inputs, level), requiresGradient: true);
        var (down, up) = (Weights("a", a, Inputs, Rank), Weights("b", b, Rank, Outputs));
        var factors = shape.Plain([.. dropout.Select(factor => OutputScale * AdapterScale * factor)], Rank);

        var output = new LowRankLinear(weights, OutputScale).Forward(input, down, up, factors);

        // Three levels along the adapter; each of its three products refreshes what has run out.
        Assert.That(output.Level, Is.EqualTo(level switch { 12 => 9, 4 => 1, _ => 2 }));
        var actual = shape.Read(output.Vectors);
        context.Tape.Backward(output, context.Tensor("upstream", output.Layout, shape.Load(backend, upstream, Outputs, 3)));
        var (value, xGradient, aGradient, bGradient) = Oracle(shape, weights, x, a, b, dropout, upstream);
        // Path along the adapter: sums of 5, 2, 4 terms with three factors, each at most 4/3.
        var forward = new Rounding(Inputs + Rank + 6, Inputs + (Inputs + 1) * Rank);
        Assert.That(actual, Is.EqualTo(value).Within(forward.Tolerance));
        var backward = new Rounding(Outputs + Rank + 6, Outputs * (1 + Rank));
        Assert.That(shape.Read(input.Gradient!.Vectors), Is.EqualTo(xGradient).Within(backward.Tolerance));
        var summed = new Rounding(shape.Slots + Outputs + Inputs + 6, shape.Slots * Math.Max(Inputs, Outputs));
        Assert.That(Sums(down), Is.EqualTo(aGradient).Within(summed.Tolerance));
        Assert.That(Sums(up), Is.EqualTo(bGradient).Within(summed.Tolerance));
        context.Release();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live));

        EncryptedTensor Weights(string name, double[] values, int rows, int columns) => context.Tensor(
            name, SlotLayout.Repeated(shape.Slots, new Axis("row", rows), new Axis("column", columns)),
            [.. values.Select(weight => backend.Load([.. Enumerable.Repeat(weight, shape.Slots)], level))], requiresGradient: true);
    }

    /// <summary>Gradients of weights come slot by slot.</summary>
    private static double[] Sums(EncryptedTensor weights) =>
        [.. weights.Gradient!.Vectors.Select(vector => ClearBackend.Read(vector).Sum())];

    private static (double[] Value, double[] X, double[] A, double[] B) Oracle(
        SlotShape shape, double[,] weights, double[] x, double[] a, double[] b, double[] dropout, double[] upstream)
    {
        using var scope = NewDisposeScope();
        var input = tensor(x, [shape.Slots, Inputs], requires_grad: true);
        var down = tensor(a, [Inputs, Rank], requires_grad: true);
        var up = tensor(b, [Rank, Outputs], requires_grad: true);
        var low = input.matmul(down) * tensor(dropout, [shape.Slots, Rank]);
        var frozen = nn.functional.linear(input, tensor(weights.Cast<double>().ToArray(), [Outputs, Inputs]));
        var output = (frozen + low.matmul(up) * AdapterScale) * OutputScale;
        output.backward([tensor(upstream, [shape.Slots, Outputs])]);
        return (Values(output), Values(input.grad!), Values(down.grad!), Values(up.grad!));

        static double[] Values(Tensor values) => values.data<double>().ToArray();
    }
}

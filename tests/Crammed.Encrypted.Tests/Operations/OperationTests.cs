using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Operations;

/// <summary>
/// Every differentiable operation against libtorch's autograd, from levels high, low and mixed.
/// </summary>
[TestFixture]
public sealed class OperationTests
{
    private const int MaxLevel = 12;
    private const int RefreshLevel = 6;

    /// <summary>Levels of the operands, the upstream gradient's last.</summary>
    private static readonly int[][] StartLevels = [[12, 12, 12, 12], [0, 0, 0, 0], [3, 9, 5, 1], [9, 2, 7, 4]];

    private static IEnumerable<TestCaseData> Cases() =>
        from shape in new SlotShape[] { new(32, 8), new(16, 4), new(16, 2), new(8, 8), new(8, 1) }
        from name in OperationCases.All.Keys
        from pattern in Enumerable.Range(0, StartLevels.Length)
        select new TestCaseData(shape, name, pattern).SetArgDisplayNames(shape.ToString(), name, $"levels {pattern}");

    [TestCaseSource(nameof(Cases))]
    public void Value_gradients_and_level_equal_those_of_torch(SlotShape shape, string name, int pattern)
    {
        var operation = OperationCases.All[name](shape);
        var levels = StartLevels[pattern];
        var random = new Random(1000 * shape.Slots + 10 * shape.Tokens + pattern);
        var values = operation.Inputs.Select(input => Draw(random, shape, input)).ToArray();
        var live = ClearVector.LiveCount;
        var backend = new ClearBackend(shape.Slots, MaxLevel) { ExactFunctions = true };
        var context = new EncryptedContext(backend, RefreshLevel);
        var inputs = operation.Inputs.Select((input, i) => context.Tensor(input.Name, input.Layout ?? shape.Layout(input.Vectors),
            shape.Load(backend, values[i], input.Vectors, levels[i]), input.RequiresGradient)).ToArray();

        var output = operation.Circuit(inputs);

        var low = operation.Inputs.Select((input, i) => levels[i] < input.Needs).Any(needs => needs);
        var expectedLevel = operation.Inputs.Select((input, i) => input.LevelAtUse(levels[i], RefreshLevel) - input.Costs).Min();
        Assert.That(output.Level, Is.EqualTo(expectedLevel));
        Assert.That(Refreshes(context) > 0, Is.EqualTo(low || name.StartsWith("layerNorm", StringComparison.Ordinal)), "refreshes");
        var result = shape.Read(output.Vectors);
        var upstream = RandomValues.Uniform(random, result.Length);
        var upstreamVectors = shape.Load(backend, upstream, output.Count, levels[^1]);
        context.Tape.Backward(output, context.Tensor("upstream", output.Layout, upstreamVectors));

        var (expected, gradients) = Oracle(shape, operation, values, upstream);
        AssertClose(result, expected, operation.Forward, "value");
        for (var i = 0; i < inputs.Length; i++)
        {
            if (operation.Inputs[i].RequiresGradient)
                AssertClose(shape.Read(inputs[i].Gradient!.Vectors), gradients[i], operation.Backward, $"gradient of {inputs[i].Name}");
            else
                Assert.That(inputs[i].Gradient, Is.Null);
        }
        context.Release();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live), "vectors left behind");
    }

    /// <summary>With one operand frozen the other's gradient is the same, the frozen one gets none, and no vector is left behind.</summary>
    [Test]
    public void Only_operands_that_ask_for_a_gradient_get_one(
        [Values("add", "multiply", "linear 4 to 1 with bias", "scores 2 heads, power 2", "weightedValues 3 heads")] string name,
        [Values(0, 1)] int frozen)
    {
        var shape = new SlotShape(16, 4);
        var operation = OperationCases.All[name](shape);
        var all = Gradients(shape, operation, frozen: -1);
        var some = Gradients(shape, operation, frozen);
        for (var i = 0; i < all.Length; i++)
            Assert.That(some[i], i == frozen ? Is.Null : Is.EqualTo(all[i]), operation.Inputs[i].Name);
    }

    [Test]
    public void Without_the_tape_nothing_is_recorded()
    {
        var shape = new SlotShape(16, 4);
        foreach (var name in OperationCases.All.Keys)
        {
            var live = ClearVector.LiveCount;
            var operation = OperationCases.All[name](shape);
            var (context, output, inputs) = Run(shape, operation, frozen: -1, tape: false);
            Assert.That(output.RequiresGradient, Is.False, name);
            context.Tape.Backward(output, context.Tensor("upstream", output.Layout, [.. output.Vectors.Select(vector => vector.Share())]));
            Assert.That(inputs.Select(input => input.Gradient), Is.All.Null, name);
            context.Release();
            Assert.That(ClearVector.LiveCount, Is.EqualTo(live), name);
        }
    }

    private static double[]?[] Gradients(SlotShape shape, OperationCase operation, int frozen)
    {
        var (context, output, inputs) = Run(shape, operation, frozen, tape: true);
        context.Tape.Backward(output, context.Tensor("upstream", output.Layout, [.. output.Vectors.Select(vector => vector.Share())]));
        var gradients = inputs.Select(input => input.Gradient is null ? null : shape.Read(input.Gradient.Vectors)).ToArray();
        context.Release();
        return gradients;
    }

    private static (EncryptedContext Context, EncryptedTensor Output, EncryptedTensor[] Inputs) Run(
        SlotShape shape, OperationCase operation, int frozen, bool tape)
    {
        var random = new Random(1);
        var backend = new ClearBackend(shape.Slots, MaxLevel) { ExactFunctions = true };
        var context = new EncryptedContext(backend, RefreshLevel);
        context.Tape.Enabled = tape;
        var inputs = operation.Inputs.Select((input, i) => context.Tensor(input.Name, input.Layout ?? shape.Layout(input.Vectors),
            shape.Load(backend, Draw(random, shape, input), input.Vectors, MaxLevel), input.RequiresGradient && i != frozen)).ToArray();
        return (context, operation.Circuit(inputs), inputs);
    }

    private static double[] Draw(Random random, SlotShape shape, OperationInput input) =>
        [.. Enumerable.Range(0, shape.Slots * input.Vectors).Select(i => input.Draw(random, i % input.Vectors))];

    private static (double[] Value, double[][] Gradients) Oracle(
        SlotShape shape, OperationCase operation, double[][] values, double[] upstream)
    {
        using var scope = NewDisposeScope();
        var inputs = operation.Inputs.Select((input, i) =>
            tensor(values[i], [shape.Examples, shape.Tokens, input.Vectors], requires_grad: input.RequiresGradient)).ToArray();
        var output = operation.Oracle(inputs);
        output.backward([tensor(upstream, output.shape)]);
        return (output.data<double>().ToArray(),
            [.. inputs.Select(input => input.requires_grad ? input.grad!.data<double>().ToArray() : [])]);
    }

    private static void AssertClose(double[] actual, double[] expected, Rounding rounding, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        var worst = actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();
        Assert.That(worst, Is.LessThanOrEqualTo(rounding.Tolerance), what);
    }

    private static long Refreshes(EncryptedContext context) =>
        context.Recorder.Records.Where(record => record.Operation == "refresh").Sum(record => record.Count);
}

using Crammed.Approximation;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>The graph of a training step against libtorch's autograd.</summary>
internal sealed class TrainingGraphTests
{
    private const double LossScale = 256;

    /// <summary>
    /// Of the graph's parts only its polynomials differ from the reference: norms are within 2^-20 of theirs, tanh of degree 63 on [-5, 5] within
    /// 2^-21, the sigmoid of degree 31 on [-8, 8] within 2^-16, probabilities of more classes within 2^-16 as well. Each norm's error is
    /// multiplied by the 2^5 squarings of a kernel, at most: more squarings have arguments that are smaller by as much. Of a ReLU both sides take
    /// the same polynomials.
    /// </summary>
    private const double Tolerance = 1e-4;

    private static readonly RectifiedLinear Relu = new(4);

    private static readonly (string Name, ModelShape Shape, SlotGrid Grid)[] Models =
    [
        ("one layer, a head a block", new ModelShape(1, 24, 4, 36, 5, 2, 8, 32, 2), new SlotGrid(16, 16, 4)),
        ("two layers, heads on three of four blocks", new ModelShape(2, 24, 3, 36, 5, 2, 8, 30, 2), new SlotGrid(16, 16, 4)),
        ("two layers, two blocks a head", new ModelShape(2, 24, 2, 36, 5, 2, 8, 32, 2), new SlotGrid(16, 8, 4)),
        ("two layers, two heads a block", new ModelShape(2, 24, 8, 24, 4, 1, 4, 20, 2), new SlotGrid(16, 4, 4)),
        ("three layers, a head a block", new ModelShape(3, 16, 4, 16, 5, 2, 8, 32, 2), new SlotGrid(16, 8, 4)),
        ("hidden units in two parts", new ModelShape(1, 24, 4, 36, 5, 2, 8, 60, 2), new SlotGrid(16, 16, 4)),
        ("six classes", new ModelShape(1, 24, 4, 36, 5, 2, 8, 32, 6), new SlotGrid(16, 16, 4)),
        ("three classes", new ModelShape(2, 24, 4, 36, 5, 2, 8, 20, 3), new SlotGrid(16, 16, 4)),
        ("scores", new ModelShape(1, 24, 4, 36, 5, 2, 8, 32, 0), new SlotGrid(16, 16, 4)),
    ];

    private static IEnumerable<TestCaseData> Cases => Models.Select((model, i) => new TestCaseData(i).SetArgDisplayNames(model.Name));

    [TestCaseSource(nameof(Cases))]
    public void Every_gradient_is_that_of_autograd(int number) => Check(Models[number].Shape, Models[number].Grid, seed: number + 1, null);

    /// <summary>
    /// A rewrite left out changes what a step costs, and nothing of what it computes: instructions work on more vectors where all tokens leave
    /// the last layer, and there are more of them where the first norm is computed.
    /// </summary>
    [TestCaseSource(nameof(Cases))]
    public void Without_a_rewrite_every_gradient_is_that_of_autograd(int number)
    {
        var (_, shape, grid) = Models[number];
        var counts = new[]
        {
            new GraphRewrites(), new GraphRewrites { FirstTokenOnly = false }, new GraphRewrites { ClientNorm = false },
        }.Select(rewrites => Check(shape, grid, seed: number + 1, null, rewrites)).ToArray();
        Assert.That(counts[1..], Is.All.GreaterThan(counts[0]), "vectors that are computed");
    }

    /// <summary>Kernels in place of exp, of another number of squarings in each layer, and gates with ReLU.</summary>
    [TestCaseSource(nameof(Cases))]
    public void With_kernels_that_differ_and_ReLU_every_gradient_is_that_of_autograd(int number)
    {
        var (_, shape, grid) = Models[number];
        Check(
            shape with { KernelPowers = [.. Enumerable.Range(0, shape.Layers).Select(layer => 9 - layer)] }, grid, seed: number + 1,
            [.. Enumerable.Range(0, shape.Layers).Select(layer => new StepFunction($"gate{layer}", Relu))]);
    }

    /// <returns>vectors that the program computes</returns>
    private static int Check(
        ModelShape shape, SlotGrid grid, int seed, IReadOnlyList<StepFunction>? gates, GraphRewrites? rewrites = null)
    {
        var reference = new ReferenceModel(shape, grid, seed) { Gates = gates };
        var (_, logits, expected) = reference.Run();
        // Variances of all tokens range further than those of the first ones.
        var polynomials = rewrites is null ? null : GraphedModel.Polynomials(shape.Layers, shape.Classes, low: 0.1, high: 8, degree: 63);
        var model = new GraphedModel(reference, shape, grid, polynomials, rewrites);
        var program = model.Training.Graph.Lower().Program;
        var outputs = model.RunClear(program, model.Constants(LossScale));
        Assert.That(RelativeError(model.Training.Logits.Layout.Unpack(outputs["logits"]), logits), Is.LessThan(Tolerance), "logits");
        var gradients = model.GradientsOf(outputs, LossScale);
        Assert.That(gradients.Keys, Is.EquivalentTo(expected.Keys));
        Assert.Multiple(() =>
        {
            foreach (var (name, gradient) in expected)
                Assert.That(RelativeError(gradients[name], gradient), Is.LessThan(Tolerance), name);
        });
        return program.Instructions.Sum(instruction => instruction.Results.Sum(value => value.Count));
    }

    /// <summary>Root mean square of the differences over that of what is expected.</summary>
    private static double RelativeError(double[] found, double[] expected)
    {
        Assert.That(found, Has.Length.EqualTo(expected.Length));
        return Math.Sqrt(found.Zip(expected, (x, y) => (x - y) * (x - y)).Sum() / expected.Sum(y => y * y));
    }
}

using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Norms against plain loops that use the same polynomial, and once against exact roots.</summary>
[TestFixture]
public sealed class NormTests
{
    private const int Cases = 25;
    private const double Epsilon = 1e-3;

    private static readonly Interval Domain = new(0.2, 3);

    private static readonly InverseRoot[] Roots = [Approximated(15, 0), Approximated(7, 1), Approximated(5, 2)];

    [Test]
    public void Norm_of_features_by_token([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var (features, root, grid) = (shapes.Features(), Roots[seed % Roots.Length], shapes.Grid);
        var width = shapes.Between(0, 3) == 0 ? Math.Max(1, features.Features - 1) : features.Features;
        var check = new OperationCheck(shapes.Random, grid);
        check.Parameter("x", grid.Features(features), Stream(shapes.Random, grid.Examples * grid.Tokens, features.Features, width));
        check.Verify(
            x => Both(x[0].Norm(root, Epsilon, width)), x => PlainNorm(x[0], root, width), [3 + root.Depth, 2 + root.Depth], seeded: 1);
    }

    [Test]
    public void Norm_of_a_spread_token([Range(0, Cases - 1)] int seed)
    {
        var shapes = new RandomShapes(seed);
        var ((features, rowStep), root, grid) = (shapes.Spread(), Roots[seed % Roots.Length], shapes.Grid);
        var check = new OperationCheck(shapes.Random, grid);
        check.Parameter("x", grid.Spread(features, rowStep), Stream(shapes.Random, grid.Examples, features.Features, features.Features));
        check.Verify(
            x => Both(x[0].Norm(root, Epsilon)), x => PlainNorm(x[0], root, features.Features),
            [3 + root.Depth, 2 + root.Depth], seeded: 1);
    }

    /// <summary>
    /// With a good root, output and gradient are those of layer normalization of a stream that is centred before. The root is off by 4e-12
    /// relative, and values are below 4. The gradient is checked by central differences of step h = 1e-5: of 192 outputs with third
    /// derivatives of about 20 there remains 192 20 h^2 / 6 = 7e-8, and rounding leaves 192 2^-53 / h = 2e-9.
    /// </summary>
    [Test]
    public void Norm_is_layer_normalization_of_a_centred_stream()
    {
        var (grid, features) = (new SlotGrid(8, 2, 4), new FeatureBlocks(4, 3));
        var initial = InverseSquareRootNewton.Create(Domain, 31, 2);
        Assert.That(initial.Report(ErrorKind.Relative).MaxError, Is.LessThan(4e-12));
        var random = new Random(1);
        var x = Centre(Stream(random, grid.Rows, features.Features, features.Features), features.Features);
        var seed = RandomValues.Uniform(random, x.Length);

        var graph = new Graph(grid);
        var stream = graph.Parameter("x", grid.Features(features));
        var (normalized, _) = stream.Norm(new InverseRoot("root", initial), Epsilon);
        var gradientOfOutput = graph.Input("seed", normalized.Layout);
        var gradient = graph.Differentiate((normalized, gradientOfOutput))[stream];
        var made = GraphRun.Execute(
            graph, new Dictionary<Tensor, double[][]>
            {
                [stream] = stream.Layout.Pack(x),
                [gradientOfOutput] = gradientOfOutput.Layout.Pack(seed),
            },
            new Dictionary<string, FrozenWeights>(), [normalized, gradient], 30);

        Assert.That(normalized.Layout.Unpack(made[normalized].Vectors), Is.EqualTo(LayerNorm(x, features.Features)).Within(2e-11));
        var values = gradient.Layout.Unpack(made[gradient].Vectors);
        for (var trial = 0; trial < 5; trial++)
        {
            var direction = Centre(RandomValues.Uniform(random, x.Length), features.Features);
            var expected = (Loss(1e-5, direction) - Loss(-1e-5, direction)) / 2e-5;
            Assert.That(values.Zip(direction, (g, d) => g * d).Sum(), Is.EqualTo(expected).Within(1e-6));
        }

        double Loss(double step, double[] direction) =>
            LayerNorm([.. x.Zip(direction, (value, change) => value + step * change)], features.Features).Zip(seed, (y, s) => y * s).Sum();
    }

    [Test]
    public void What_cannot_be_normed_is_refused()
    {
        var grid = new SlotGrid(4, 2, 4);
        var graph = new Graph(grid);
        var x = graph.Parameter("x", grid.Features(new FeatureBlocks(4, 2)));
        var (normalized, scale) = x.Norm(Roots[0]);
        Assert.Multiple(() =>
        {
            Assert.That(() => scale.Norm(Roots[0]), Throws.ArgumentException.With.Message.Contains("spread"));
            Assert.That(() => x.Norm(Roots[0], width: 9), Throws.ArgumentException);
            Assert.That(() => graph.Differentiate((scale, scale)), Throws.TypeOf<NotSupportedException>());
            Assert.That(normalized.Layout, Is.EqualTo(x.Layout));
            Assert.That(scale.Layout, Is.EqualTo(grid.PerToken()));
        });
    }

    private static InverseRoot Approximated(int degree, int steps) => new("root", InverseSquareRootNewton.Create(Domain, degree, steps));

    private static IReadOnlyList<Tensor> Both((Tensor Normalized, Tensor Scale) norm) => [norm.Normalized, norm.Scale];

    /// <summary>Rows whose mean square, with epsilon, lies well inside the domain; what is beyond the width is zero.</summary>
    private static double[] Stream(Random random, int rows, int features, int width) => [.. Enumerable.Range(0, rows).SelectMany(_ =>
    {
        var row = RandomValues.Uniform(random, features);
        Array.Clear(row, width, features - width);
        var target = 0.3 + 2.5 * random.NextDouble();
        var scale = Math.Sqrt(target * width / row.Sum(value => value * value));
        return row.Select(value => value * scale);
    })];

    private static double[] Centre(double[] values, int features) =>
        [.. values.Chunk(features).SelectMany(row => row.Select(value => value - row.Average()))];

    private static double[] LayerNorm(double[] values, int features) => [.. values.Chunk(features).SelectMany(row =>
    {
        var mean = row.Average();
        var deviation = Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + Epsilon);
        return row.Select(value => (value - mean) / deviation);
    })];

    /// <summary>The last axis normed, and the scale; its derivative is the exact root's: -s^3 / 2 times that of the mean square.</summary>
    private static IReadOnlyList<PlainTensor> PlainNorm(PlainTensor x, InverseRoot root, int width)
    {
        var scale = PlainTensor.Of(x.Shape[..^1], at =>
        {
            var variance = PlainTensor.Sum(width, f => x[[.. at, f]] * x[[.. at, f]]) * (1.0 / width) + Epsilon;
            var s = Root(root, variance.Value);
            return new Dual(s, s * s * s * -0.5 * variance.Tangent);
        });
        return [PlainTensor.Of(x.Shape, at => x[at] * scale[at[..^1]]), scale];
    }

    /// <summary>
    /// The root as approximated. Rounding: T_k of the argument's image t changes by at most k^2 times what t does, and is evaluated within
    /// 8 roundings a degree; a Newton step passes errors of y on by |3/2 (1 - x y^2)|, below 1 here, those of x by y^3 / 2, and rounds 16
    /// times.
    /// </summary>
    private static Rounded Root(InverseRoot root, Rounded x)
    {
        var (domain, initial, steps) = (root.Domain, root.Approximation.Initial, root.Approximation.Steps);
        var image = (x - domain.Midpoint) * (1 / domain.HalfWidth);
        var imageError = (image.Count + 4) * Rounding.Unit * image.Magnitude;
        var largest = 1 / Math.Sqrt(domain.Low);
        var error = initial.Coefficients.Select((c, k) => Math.Abs(c) * (k * k * imageError + 8 * initial.Degree * Rounding.Unit)).Sum()
            + steps * largest * (largest * largest / 2 * domain.HalfWidth * imageError + 16 * Rounding.Unit);
        return Rounded.Within(root.Approximation.Evaluate(x.Value), error);
    }
}

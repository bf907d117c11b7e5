using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>The classification head against plain loops: each operation, and all of it with packed weights.</summary>
[TestFixture]
public sealed class HeadTests
{
    private const int Cases = 25;

    /// <summary>
    /// Arguments of tanh stay within: at most 32 features of 1 times weights of 0.1, by as many outputs, and a bias of 0.3.
    /// </summary>
    private static readonly UnitPolynomial Tanh = new("tanh", ChebyshevFit.Interpolate(Math.Tanh, new Interval(-4, 4), 63));

    [Test]
    public void Weights_on_diagonals([Range(0, Cases - 1)] int seed)
    {
        var (random, shape) = Draw(seed);
        var check = new OperationCheck(random, shape.Grid);
        check.Parameter("weights", shape.Weights(shape.Hidden));
        check.Verify(
            x => [x[0].Graph.AddSingle(new WeightDiagonals("diagonals", x[0], shape, shape.Hidden))],
            x => [PlainTensor.Of([shape.Grid.Examples, shape.Bottleneck, shape.Hidden.Features], at => x[0][at[1..]])],
            [shape.Diagonals == 1 ? 0 : 1]);
    }

    [Test]
    public void Parts_of_weights([Range(0, Cases - 1)] int seed)
    {
        var (random, shape) = Draw(seed);
        if (shape.Hidden.Parts == 1)
            Assert.Pass("one part");
        var check = new OperationCheck(random, shape.Grid);
        check.Parameter("weights", shape.PackedWeights(shape.Hidden));
        check.Verify(
            x => [x[0].Graph.AddSingle(new UnpackWeightParts("parts", x[0], shape, shape.Hidden))],
            x => [PlainTensor.Of([shape.Bottleneck, shape.Hidden.Features], at => x[0][at])], [1]);
    }

    [Test]
    public void Bias_of_the_bottleneck([Range(0, Cases - 1)] int seed)
    {
        var (random, shape) = Draw(seed);
        var check = new OperationCheck(random, shape.Grid);
        check.Parameter("bias", shape.BottleneckBias.Layout);
        check.Verify(
            x => [x[0].Graph.AddSingle(new BottleneckBias("bias", x[0], shape))],
            x => [PlainTensor.Of([shape.Grid.Examples, shape.Bottleneck], at => x[0][at])], [1]);
    }

    [Test]
    public void Bottleneck_is_a_sum_over_features([Range(0, Cases - 1)] int seed)
    {
        var (random, shape) = Draw(seed);
        var check = new OperationCheck(random, shape.Grid);
        check.Parameter("x", shape.Grid.Spread(shape.Input.Blocks, 2));
        check.Parameter("weights", shape.WeightDiagonals(shape.Input));
        check.Verify(
            x =>
            {
                var input = x[0].Graph.AddSingle(new HeadInput("input", x[0], shape));
                var packed = x[0].Graph.AddSingle(new Bottleneck("bottleneck", input, x[1], shape));
                return [packed, x[0].Graph.AddSingle(new ExpandDiagonals("expanded", packed, shape))];
            },
            x =>
            {
                var outputs = Bottleneck(shape, x[0], (example, output, feature) => x[1][example, output, feature]);
                return [outputs, outputs];
            },
            [2 + BlockLevels(shape), 3 + BlockLevels(shape)]);
    }

    [Test]
    public void Hidden_units([Range(0, Cases - 1)] int seed)
    {
        var (random, shape) = Draw(seed);
        var check = new OperationCheck(random, shape.Grid);
        check.Parameter("outputs", shape.OutputDiagonals, 0.3);
        check.Parameter("weights", shape.WeightDiagonals(shape.Hidden));
        check.Parameter("bias", shape.Pairs(shape.Hidden));
        check.Verify(
            x => [x[0].Graph.AddSingle(new HiddenUnits("hidden", x[0], x[1], x[2], shape, Tanh))],
            x => [Hidden(shape, x[0], (example, output, unit) => x[1][example, output, unit], (example, unit) => x[2][example, unit])],
            [2 + Tanh.Depth]);
    }

    [Test]
    public void Logits([Range(0, Cases - 1)] int seed)
    {
        var (random, shape) = Draw(seed);
        var check = new OperationCheck(random, shape.Grid);
        check.Parameter("hidden", shape.Pairs(shape.Hidden));
        check.Parameter("weights", shape.ClassWeights.Layout);
        check.Parameter("bias", shape.Logits);
        check.Verify(
            x => [x[0].Graph.AddSingle(new Classifier("logits", x[0], x[1], x[2], shape))],
            x => [PlainTensor.Of([shape.Grid.Examples, shape.Classes], at => x[2][at] + PlainTensor.Sum(
                shape.Hidden.Features, unit => x[0][at[0], unit] * x[1][at[0], at[1], unit]))],
            [1 + BlockLevels(shape)]);
    }

    /// <summary>
    /// Logits and the gradients of all packed weights: along random directions they are those of the plain head, and copies of a weight
    /// agree.
    /// </summary>
    [Test]
    public void Head_with_packed_weights([Range(0, Cases - 1)] int seed)
    {
        var (random, shape) = Draw(seed);
        var head = new PlainHead(random, shape);
        var graph = new Graph(shape.Grid);
        var x = graph.Parameter("x", shape.Grid.Spread(shape.Input.Blocks, 2));
        var bottleneck = graph.Parameter("bottleneck", shape.PackedWeights(shape.Input));
        var hidden = graph.Parameter("hidden", shape.PackedWeights(shape.Hidden));
        var classifier = graph.Parameter("classifier", shape.Classifier);
        var logits = x.ClassificationHead(classifier.HeadWeights(bottleneck, hidden, shape), shape, Tanh);
        var seedTensor = graph.Input("seed", logits.Layout);
        var gradients = graph.Differentiate((logits, seedTensor));
        var given = head.Packed().Zip([x, bottleneck, hidden, classifier], (values, tensor) => (tensor, tensor.Layout.Pack(values)))
            .Append((seedTensor, seedTensor.Layout.Pack(head.Seed))).ToDictionary();
        var made = GraphRun.Execute(graph, given, new Dictionary<string, FrozenWeights>(), [logits, .. gradients.Values], 30);

        var expected = head.Logits(null);
        Assert.That(made[logits].Level, Is.EqualTo(30 - (shape.Diagonals > 1 ? 7 : 6) - 2 * BlockLevels(shape) - Tanh.Depth));
        Assert.That(logits.Layout.Unpack(made[logits].Vectors).Zip(expected.Items).Select(pair =>
            Math.Abs(pair.First - pair.Second.Value.Value) / pair.Second.Value.Tolerance), Is.All.LessThanOrEqualTo(1));
        var computed = head.Unpacked([.. new[] { x, bottleneck, hidden, classifier }.Select(tensor => Values(gradients[tensor]))]);
        for (var part = 0; part < computed.Length; part++)
        {
            var direction = RandomValues.Uniform(random, computed[part].Length);
            var along = head.Along(part, direction);
            var tolerance = (along with { Count = along.Count + direction.Length }).Tolerance;
            var product = computed[part].Zip(direction, (g, d) => g * d).Sum();
            Assert.That(product, Is.EqualTo(along.Value).Within(tolerance), $"gradient of part {part}");
        }

        double[] Values(Tensor tensor)
        {
            // All copies are made by the same sums, in another order.
            var values = tensor.Layout.Unpack(made[tensor].Vectors);
            var copies = tensor.Layout.Pack(values);
            for (var slot = 0; slot < copies[0].Length; slot++)
                Assert.That(made[tensor].Vectors[0][slot], Is.EqualTo(copies[0][slot]).Within(1e-12 * (1 + values.Max(Math.Abs))));
            return values;
        }
    }

    /// <summary>
    /// With the true tanh in the plain loops, the gradient is that of central differences. They sum 64 terms of weights up to 1, whose
    /// arguments change by at most 2.8 (four outputs up to 0.7 times the direction), so a step of 1e-4 leaves 64 2 2.8^3 1e-8 / 6 = 5e-6 at
    /// most, third derivatives of tanh being at most 2; the polynomial's error of 1e-9 in tanh leaves less than 1e-6.
    /// </summary>
    [Test]
    public void Gradient_is_that_of_tanh()
    {
        Assert.That(ApproximationReport.Measure(Math.Tanh, Tanh.Evaluate, Tanh.Domain).MaxError, Is.LessThan(1e-9));
        var shape = new HeadShape(new SlotGrid(8, 16, 2), new FeatureBlocks(2, 3), 4, 13, 3);
        var head = new PlainHead(new Random(5), shape);
        for (var part = 0; part < 7; part++)
        {
            var direction = RandomValues.Uniform(new Random(part), head.Parts[part].Length);
            var expected = (head.Loss(part, direction, 1e-4) - head.Loss(part, direction, -1e-4)) / 2e-4;
            Assert.That(head.Along(part, direction).Value, Is.EqualTo(expected).Within(6e-6));
        }
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var grid = new SlotGrid(8, 4, 2);
        var features = new FeatureBlocks(2, 3);
        Assert.Multiple(() =>
        {
            Assert.That(() => new HeadShape(grid, features, 6, 8, 2), Throws.ArgumentException.With.Message.Contains("power of two"));
            Assert.That(() => new HeadShape(grid, features, 16, 8, 2), Throws.ArgumentException.With.Message.Contains("8 examples"));
            Assert.That(() => new HeadShape(grid, new FeatureBlocks(2, 5), 4, 8, 2), Throws.ArgumentException.With.Message.Contains("2x5"));
            Assert.That(() => new HeadShape(grid, features, 4, 17, 2), Throws.ArgumentException.With.Message.Contains("17 hidden units"));
            Assert.That(() => new HeadShape(grid, features, 4, 8, 3), Throws.ArgumentException.With.Message.Contains("takes 6 examples"));
            var graph = new Graph(grid);
            Assert.That(
                () => graph.Input("c", grid.PerToken()).HeadWeights(
                    graph.Input("a", grid.PerToken()), graph.Input("b", grid.PerToken()), new HeadShape(grid, features, 4, 8, 2)),
                Throws.ArgumentException.With.Message.Contains("UnpackExampleRows"));
        });
    }

    /// <summary>8 or 16 tokens, 4 to 16 examples, 1 to 8 blocks; a bottleneck, hidden units and classes that fit.</summary>
    internal static (Random Random, HeadShape Shape) Draw(int seed, int classes = 0)
    {
        var random = new Random(seed);
        var grid = new SlotGrid(8 << random.Next(2), 4 << random.Next(3), 1 << random.Next(4));
        var features = new FeatureBlocks(random.Next(1, grid.Blocks + 1), random.Next(1, grid.Tokens / 2 + 1));
        var most = int.Log2(Math.Min(grid.Examples, grid.Tokens / 2));
        var bottleneck = 2 << random.Next(most + 1);
        // Rows of the classifier: one more than the pairs of classes, as often as one more than the parts.
        var parts = 1 << random.Next(int.Log2(Math.Min(2 * grid.Examples / bottleneck, grid.Examples / 2 - 1)) + 1);
        var pairs = random.Next(1, grid.Examples / (parts + 1));
        var places = grid.Blocks * grid.Tokens / 2;
        return (random, new HeadShape(
            grid, features, bottleneck, random.Next(parts / 2 * places + 1, parts * places + 1),
            classes > 0 ? classes : random.Next(2 * pairs - 1, 2 * pairs + 1)));
    }

    /// <summary>Levels of a sum over blocks.</summary>
    private static int BlockLevels(HeadShape shape) => shape.Grid.Blocks > 1 ? 1 : 0;

    private static PlainTensor Bottleneck(HeadShape shape, PlainTensor x, Func<int, int, int, Dual> weight) =>
        PlainTensor.Of([shape.Grid.Examples, shape.Bottleneck], at => PlainTensor.Sum(
            shape.Input.Features, f => x[at[0], f] * weight(at[0], at[1], f)));

    private static PlainTensor Hidden(HeadShape shape, PlainTensor outputs, Func<int, int, int, Dual> weight, Func<int, int, Dual> bias) =>
        PlainTensor.Of([shape.Grid.Examples, shape.Hidden.Features], at => TanhOf(bias(at[0], at[1]) + PlainTensor.Sum(
            shape.Bottleneck, output => outputs[at[0], output] * weight(at[0], output, at[1]))));

    /// <summary>
    /// The polynomial's value, with tanh's derivative in terms of it. T_k of the argument's image changes by at most k^2 times what that
    /// does, and is evaluated within 8 roundings a degree; what y is off by changes 1 - y^2 by 2 |y| times as much.
    /// </summary>
    private static Dual TanhOf(Dual x)
    {
        var imageError = (x.Value.Count + 16) * Rounding.Unit * x.Value.Magnitude * Tanh.Scale;
        var (coefficients, evaluation) = (Tanh.OnUnit.Coefficients, 8 * Tanh.OnUnit.Degree * Rounding.Unit);
        var error = coefficients.Select((c, k) => Math.Abs(c) * (k * k * imageError + evaluation)).Sum();
        var y = Rounded.Within(Tanh.Evaluate(x.Value.Value), error);
        return new Dual(y, Rounded.Within(1 - y.Value * y.Value, 2 * error + 4 * Rounding.Unit) * x.Tangent);
    }

    /// <summary>A head in plain numbers: features, both matrices and biases, classes' weights and bias.</summary>
    private sealed class PlainHead
    {
        private readonly HeadShape _shape;

        public PlainHead(Random random, HeadShape shape)
        {
            _shape = shape;
            var (examples, features, outputs, units) = (shape.Grid.Examples, shape.Input.Features, shape.Bottleneck, shape.Hidden.Features);
            Parts =
            [
                RandomValues.Uniform(random, examples * features), RandomValues.Uniform(random, outputs * features, -0.1, 0.1),
                RandomValues.Uniform(random, outputs, -0.1, 0.1), RandomValues.Uniform(random, outputs * units, -0.05, 0.05),
                RandomValues.Uniform(random, units, -0.3, 0.3), RandomValues.Uniform(random, shape.Classes * units),
                RandomValues.Uniform(random, shape.Classes),
            ];
            Seed = RandomValues.Uniform(random, examples * shape.Classes);
        }

        public double[][] Parts { get; }

        public double[] Seed { get; }

        /// <summary>As the packed tensors hold it.</summary>
        public double[][] Packed() =>
        [
            Parts[0], Parts[1], Parts[3],
            ExampleRow.Pack(
                _shape.Grid, _shape.ClassifierRowCount, (_shape.BottleneckBias, Parts[2]), (_shape.ClassWeights, Parts[5]),
                (_shape.HiddenBias, Parts[4]), (_shape.ClassBias, Parts[6])),
        ];

        /// <summary>Gradients by part from those of packed tensors.</summary>
        public double[][] Unpacked(double[][] packed) =>
        [
            packed[0], packed[1], _shape.BottleneckBias.Unpack(_shape.Grid, packed[3]), packed[2],
            _shape.HiddenBias.Unpack(_shape.Grid, packed[3]), _shape.ClassWeights.Unpack(_shape.Grid, packed[3]),
            _shape.ClassBias.Unpack(_shape.Grid, packed[3]),
        ];

        /// <summary>The derivative of the seeded logits along a direction of one part.</summary>
        public Rounded Along(int part, double[] direction)
        {
            Rounded sum = default;
            foreach (var (item, seed) in Logits((part, direction)).Items.Zip(Seed))
                sum += item.Tangent * seed;
            return sum;
        }

        public PlainTensor Logits((int Part, double[] Direction)? along)
        {
            var (examples, features, units) = (_shape.Grid.Examples, _shape.Input.Features, _shape.Hidden.Features);
            var outputs = PlainTensor.Of([examples, _shape.Bottleneck], at => Item(2, at[1])
                + PlainTensor.Sum(features, f => Item(0, at[0] * features + f) * Item(1, at[1] * features + f)));
            var hidden = Hidden(_shape, outputs, (_, output, unit) => Item(3, output * units + unit), (_, unit) => Item(4, unit));
            return PlainTensor.Of([examples, _shape.Classes], at => Item(6, at[1])
                + PlainTensor.Sum(units, unit => hidden[at[0], unit] * Item(5, at[1] * units + unit)));

            Dual Item(int part, int i) =>
                new(Parts[part][i], along is { } moving && moving.Part == part ? (Rounded)moving.Direction[i] : default);
        }

        /// <summary>The seeded logits with the true tanh, a step along a direction of one part.</summary>
        public double Loss(int moving, double[] direction, double step)
        {
            var (features, units, loss) = (_shape.Input.Features, _shape.Hidden.Features, 0.0);
            double Item(int part, int i) => Parts[part][i] + (part == moving ? step * direction[i] : 0);
            for (var example = 0; example < _shape.Grid.Examples; example++)
            {
                var outputs = Enumerable.Range(0, _shape.Bottleneck).Select(output => Item(2, output)
                    + Enumerable.Range(0, features).Sum(f => Item(0, example * features + f) * Item(1, output * features + f))).ToArray();
                for (var unit = 0; unit < units; unit++)
                {
                    var value = Math.Tanh(Item(4, unit) + outputs.Select((output, i) => output * Item(3, i * units + unit)).Sum());
                    for (var c = 0; c < _shape.Classes; c++)
                        loss += Seed[example * _shape.Classes + c] * value * Item(5, c * units + unit);
                }
                for (var c = 0; c < _shape.Classes; c++)
                    loss += Seed[example * _shape.Classes + c] * Item(6, c);
            }
            return loss;
        }
    }
}

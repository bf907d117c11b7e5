using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Layers;
using Crammed.Encrypted.Training;

namespace Crammed.Encrypted.Tests;

/// <summary>
/// A one-layer model of random weights, small enough for any oracle, and a batch for it. Plain arrays, so that oracles can be built
/// from the same numbers without going through slots.
/// </summary>
internal sealed class TinyModel
{
    public const int Heads = 2;
    public const int KernelPower = 3;
    public const int Rank = 2;
    public const double NormEpsilon = 1e-12;

    /// <summary>alpha / rank.</summary>
    public const double AdapterScale = 0.5;

    /// <summary>The smallest one: 89 parameters, which want 128 slots.</summary>
    public TinyModel(int seed, int slots = 128, int tokens = 8, int hidden = 4)
    {
        var random = new Random(seed);
        (Slots, Tokens, Examples, Hidden) = (slots, tokens, slots / tokens, hidden);
        FeedForward = 2 * hidden;
        Matrices = new Dictionary<string, double[,]>
        {
            ["query"] = Matrix(random, hidden, hidden, 0.4),
            ["key"] = Matrix(random, hidden, hidden, 0.4),
            ["value"] = Matrix(random, hidden, hidden, 0.25),
            ["output"] = Matrix(random, hidden, hidden, 0.15),
            ["expand"] = Matrix(random, FeedForward / 2, hidden, 0.3),
            ["gate"] = Matrix(random, FeedForward / 2, hidden, 0.3),
            ["contract"] = Matrix(random, hidden, FeedForward / 2, 0.15),
        };
        foreach (var norm in new[] { "attention_norm", "feed_forward_norm", "final_norm" })
        {
            Vectors[norm + ".gamma"] = Vector(random, hidden, 0.2, 1);
            Vectors[norm + ".beta"] = Vector(random, hidden, 0.2, 0);
        }
        var shapes = new List<(string, int, int)>();
        foreach (var name in new[] { "query", "key", "value" })
        {
            shapes.Add((name + ".a", hidden, Rank));
            shapes.Add((name + ".b", Rank, hidden));
        }
        shapes.AddRange([("projection.weight", hidden, 3), ("projection.bias", 1, 3), ("dense.weight", 3, 4), ("dense.bias", 1, 4)]);
        shapes.AddRange([("classifier.weight", 4, 2), ("classifier.bias", 1, 2)]);
        ParameterShapes = shapes;
        foreach (var (name, rows, columns) in shapes)
            Parameters[name] = Vector(random, rows * columns, 0.4, 0);
        Embedding = [.. Enumerable.Range(0, Examples * Tokens).SelectMany(_ => UnitVariance(Vector(random, hidden, 1, 0)))];
        Mask = [.. Enumerable.Range(0, Examples * Tokens).Select(i => i % Tokens < 2 + i / Tokens % Tokens ? 1.0 : 0.0)];
        Labels = [.. Enumerable.Range(0, Examples).Select(i => (double)(i % 2))];
        Dropout = [.. Enumerable.Range(0, 3 * Examples * Tokens * Rank).Select(_ => random.NextDouble() < 0.8 ? 1 / 0.8 : 0)];
    }

    public int Slots { get; }

    public int Tokens { get; }

    public int Examples { get; }

    public int Hidden { get; }

    public int FeedForward { get; }

    /// <summary>Frozen matrices, [out, in].</summary>
    public Dictionary<string, double[,]> Matrices { get; }

    public Dictionary<string, double[]> Vectors { get; } = [];

    public IReadOnlyList<(string Name, int Rows, int Columns)> ParameterShapes { get; }

    /// <summary>Trained tensors, [in, out] row-major.</summary>
    public Dictionary<string, double[]> Parameters { get; } = [];

    /// <summary>[example][token][feature].</summary>
    public double[] Embedding { get; }

    /// <summary>[example][token].</summary>
    public double[] Mask { get; }

    public double[] Labels { get; }

    /// <summary>[projection][example][token][rank], already divided by the kept share.</summary>
    public double[] Dropout { get; }

    public SlotLayout TokenMajor => SlotLayout.TokenMajor(Slots, Tokens);

    public static double[] Fill(SlotLayout layout, Func<int, int, double> value) =>
        [.. Enumerable.Range(0, layout.SlotCount).Select(slot =>
            value(layout.Coordinate(slot, SlotLayout.Example), layout.Coordinate(slot, SlotLayout.Token)))];

    public double EmbeddingAt(int example, int token, int feature) => Embedding[(example * Tokens + token) * Hidden + feature];

    /// <summary>The training step on these numbers, with approximations good to about 1e-5 on the ranges these weights produce.</summary>
    public TrainingStep Step(SlotLayout layout, double gradientScale = 1)
    {
        var layer = new EncoderLayer
        {
            Name = "layer0",
            Heads = Heads,
            KernelPower = KernelPower,
            AttentionNorm = Norm("attention_norm"),
            Query = new LowRankLinear(Matrices["query"], KernelScale),
            Key = new LowRankLinear(Matrices["key"], KernelScale),
            Value = new LowRankLinear(Matrices["value"], 1),
            AttentionOutput = Matrices["output"],
            FeedForwardNorm = Norm("feed_forward_norm"),
            Expand = Matrices["expand"],
            Gate = Matrices["gate"],
            Contract = Matrices["contract"],
        };
        var first = Fill(layout, (_, token) => token == 0 ? 1 : 0);
        var model = new EncryptedClassifier
        {
            Layers = [layer],
            FinalNorm = Norm("final_norm"),
            Head = new ClassificationHead(Function("head.tanh", Math.Tanh, -4, 4, 31), new PlainSlots(first)),
            Parameters = new PackedLayout(layout.SlotCount, ParameterShapes),
        };
        var optimizer = new AdamWHe
        {
            Beta1 = 0.9,
            Beta2 = 0.999,
            WeightDecay = 0.01,
            Epsilon = 0.05,
            GradientScale = gradientScale,
            InverseRoot = Function(
                "optimizer", w => 1 / Math.Sqrt(w), 0.04 * gradientScale * gradientScale, gradientScale * gradientScale, 63),
        };
        var weight = new PlainSlots([.. first.Select(value => value * gradientScale / Examples)]);
        return new TrainingStep(model, layout, Function("sigmoid", z => 1 / (1 + Math.Exp(-z)), -6, 6, 31), weight, optimizer);
    }

    private double KernelScale => EncoderLayer.KernelScale(Hidden / Heads, KernelPower);

    /// <summary>This model's batch in the slots of a clear backend.</summary>
    public TrainingBatch Batch(SlotLayout layout, Func<double[], SlotVector> load) => new(
        [.. Enumerable.Range(0, Hidden).Select(feature => load(Fill(layout, (example, token) => EmbeddingAt(example, token, feature))))],
        load(Fill(layout, (example, token) => Mask[example * Tokens + token])),
        load(Fill(layout, (example, token) => token == 0 ? Labels[example] : 0)),
        [Factors(layout)]);

    public double DropoutAt(int projection, int example, int token, int rank) =>
        Dropout[((projection * Examples + example) * Tokens + token) * Rank + rank];

    private AdapterFactors Factors(SlotLayout layout)
    {
        return new AdapterFactors(Of(0, KernelScale), Of(1, KernelScale), Of(2, 1));

        PlainSlots[] Of(int projection, double scale) => [.. Enumerable.Range(0, Rank).Select(rank => new PlainSlots(
            Fill(layout, (example, token) => AdapterScale * scale * DropoutAt(projection, example, token, rank))))];
    }

    private NormWeights Norm(string name) => new(Vectors[name + ".gamma"], Vectors[name + ".beta"], Function(
        name, u => Math.Sqrt(Hidden / (u + Hidden * NormEpsilon)), 0.2 * Hidden, 5 * Hidden, 63));

    private static FittedFunction Function(string name, Func<double, double> exact, double low, double high, int degree) =>
        new(name, exact, ChebyshevFit.Interpolate(exact, new Interval(low, high), degree), NonPolynomial.Tanh.DerivativeFactors);

    private static double[,] Matrix(Random random, int rows, int columns, double scale)
    {
        var matrix = new double[rows, columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
                matrix[i, j] = scale * Gaussian(random);
        }
        return matrix;
    }

    private static double[] Vector(Random random, int count, double scale, double offset) =>
        [.. Enumerable.Range(0, count).Select(_ => offset + scale * Gaussian(random))];

    /// <summary>As the embedding's norm leaves it.</summary>
    private static double[] UnitVariance(double[] values)
    {
        double mean = values.Average(), deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        return [.. values.Select(value => (value - mean) / deviation)];
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

using Crammed.Approximation;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Operations;

/// <summary>
/// Every differentiable operation with its levels and rounding. Operands are in [-1, 1] unless their draw says otherwise, so the
/// magnitudes are numbers of terms. The seed fixes public weights.
/// </summary>
internal static class OperationCases
{
    private const double NormEpsilon = 1e-3;

    /// <summary>Name and case of each operation at each of its sizes.</summary>
    public static Dictionary<string, Func<SlotShape, OperationCase>> All { get; } = new()
    {
        ["add"] = Add,
        ["multiply"] = Multiply,
        ["square"] = Square,
        ["mask"] = Mask,
        ["multiplyPlain"] = MultiplyPlain,
        ["frozenLinear 5 to 3"] = _ => FrozenLinear(5, 3, withBias: false),
        ["frozenLinear 1 to 4 with bias"] = _ => FrozenLinear(1, 4, withBias: true),
        ["linear 3 to 5"] = shape => Linear(shape, 3, 5, withBias: false),
        ["linear 4 to 1 with bias"] = shape => Linear(shape, 4, 1, withBias: true),
        ["layerNorm 4"] = _ => LayerNorm(4),
        ["layerNorm 10"] = _ => LayerNorm(10),
        ["scores 1 head, power 1"] = shape => Scores(shape, heads: 1, width: 2, power: 1),
        ["scores 2 heads, power 2"] = shape => Scores(shape, heads: 2, width: 3, power: 2),
        ["scores 3 heads, power 4"] = shape => Scores(shape, heads: 3, width: 1, power: 4),
        ["weightedValues 1 head"] = shape => WeightedValues(shape, heads: 1, width: 3),
        ["weightedValues 3 heads"] = shape => WeightedValues(shape, heads: 3, width: 2),
        ["tanh"] = _ => Tanh(),
        ["exponential"] = _ => Exponential(),
        ["inverse root"] = _ => InverseRoot(),
    };

    private static OperationCase Add(SlotShape shape) => new(
        [new("x", 3, 0, 0), new("y", 3, 0, 0)], x => Functional.Add(x[0], x[1]), x => x[0] + x[1], new(1, 2), Rounding.None);

    private static OperationCase Multiply(SlotShape shape) => new(
        [new("x", 3, 1, 1), new("y", 3, 1, 1)], x => Functional.Multiply(x[0], x[1]), x => x[0] * x[1], new(1, 1), new(1, 1));

    /// <summary>One tensor twice: its gradient comes in two parts.</summary>
    private static OperationCase Square(SlotShape shape) => new(
        [new("x", 2, 1, 1)], x => Functional.Multiply(x[0], x[0]), x => x[0].square(), new(1, 1), new(2, 2));

    private static OperationCase Mask(SlotShape shape) => new(
        [new("x", 3, 1, 1), new("factor", 1, 1, 1) { Layout = shape.Layout(), RequiresGradient = false }],
        x => Functional.Mask(x[0], x[1]), x => x[0] * x[1], new(1, 1), new(1, 1));

    private static OperationCase MultiplyPlain(SlotShape shape)
    {
        const int vectors = 3;
        var factors = RandomValues.Uniform(new Random(5), shape.Slots * vectors);
        var plain = shape.Plain(factors, vectors);
        return new([new("x", vectors, 1, 1)], x => Functional.MultiplyPlain(x[0], plain),
            x => x[0] * tensor(factors, [shape.Examples, shape.Tokens, vectors]), new(1, 1), new(1, 1));
    }

    /// <summary>Each product passes its own rounding, those of the sum over the inputs, and the bias's.</summary>
    private static OperationCase FrozenLinear(int inputs, int outputs, bool withBias)
    {
        var random = new Random(7);
        var weights = RandomValues.Matrix(random, outputs, inputs);
        var bias = withBias ? RandomValues.Uniform(random, outputs) : null;
        return new([new("x", inputs, 1, 1)], x => Functional.FrozenLinear(x[0], weights, bias),
            x => nn.functional.linear(
                x[0], tensor(weights.Cast<double>().ToArray(), [outputs, inputs]), bias is null ? null : tensor(bias)),
            new(inputs + 1, inputs + 1), new(outputs + 1, outputs));
    }

    /// <summary>
    /// Weights and bias are independent in every slot here, and so are their gradients: more than repeated weights can show.
    /// </summary>
    private static OperationCase Linear(SlotShape shape, int inputs, int outputs, bool withBias)
    {
        var x = new OperationInput("x", inputs, 1, 1);
        var weight = new OperationInput("weight", inputs * outputs, 1, 1)
        {
            Layout = SlotLayout.Repeated(shape.Slots, new Axis("row", inputs), new Axis("column", outputs)),
        };
        var bias = new OperationInput("bias", outputs, 0, 0)
        {
            Layout = SlotLayout.Repeated(shape.Slots, new Axis("row", 1), new Axis("column", outputs)),
        };
        return new(
            withBias ? [x, weight, bias] : [x, weight],
            operands => Functional.Linear(operands[0], operands[1], withBias ? operands[2] : null),
            operands =>
            {
                var matrix = operands[1].reshape(shape.Examples, shape.Tokens, inputs, outputs);
                var product = operands[0].unsqueeze(2).matmul(matrix).squeeze(2);
                return withBias ? product + operands[2] : product;
            },
            new(inputs + 1, inputs + 1), new(outputs + 1, outputs));
    }

    /// <summary>Draws alternate in sign between features, at least a quarter from zero: the variance is at least 1/16.</summary>
    private static OperationCase LayerNorm(int features)
    {
        const double largestInverse = 4, largestGamma = 1;
        var random = new Random(9);
        var gamma = RandomValues.Uniform(random, features, -largestGamma, largestGamma);
        var beta = RandomValues.Uniform(random, features);
        Func<double, double> exact = u => Math.Sqrt(features / (u + features * NormEpsilon));
        var inverse = new FittedFunction("norm", exact, ChebyshevFit.Interpolate(exact, new Interval(features / 16.0, features), 3), []);
        var x = new OperationInput("x", features, 3, 3)
        {
            Draw = (draws, feature) => (feature % 2 == 0 ? 1 : -1) * (0.25 + 0.75 * draws.NextDouble()),
        };
        // In units of the roundoff: the centred values c, |c| <= 2, carry e = features + 2; the sum of their squares relatively
        // 2 s e + features + 1, with s the inverse deviation; s relatively half of that and two more. The normalized n = c s,
        // |n| <= sqrt(features), add s e to |n| times that. y = gamma n + beta.
        double root = Math.Sqrt(features), centred = features + 2;
        var inverseError = largestInverse * centred + (features + 1) / 2.0 + 3;
        var normalizedError = largestInverse * centred + root * (inverseError + 1);
        // dx = s (g - mean(g) - n mean(g n)): terms up to 2 + sqrt(features) in all; n enters twice, the sums round features + 4 times.
        var inner = (2 + root) * (inverseError + features + 4) + (1 + root) * normalizedError;
        return new([x], operands => Functional.LayerNorm(operands[0], gamma, beta, inverse),
            operands => nn.functional.layer_norm(operands[0], [features], tensor(gamma), tensor(beta), NormEpsilon),
            new(normalizedError + 2 * (root + 1), 1), new(inner, largestInverse * largestGamma));
    }

    /// <summary>
    /// Queries and keys are drawn so that ||q - k||^2 is at most 1, hence |1 - ||q - k||^2| too. That base carries width + 4
    /// roundings, its 2^power-th power 2^power times as many and one for each squaring (doubled by the next).
    /// </summary>
    private static OperationCase Scores(SlotShape shape, int heads, int width, int power)
    {
        double largest = 0.5 / Math.Sqrt(width), exponent = 1 << power;
        var costs = 1 + power;
        Func<Random, int, double> draw = (random, _) => largest * (2 * random.NextDouble() - 1);
        var attention = new TorchAttention(shape.Examples, shape.Tokens, heads);
        var scoreError = exponent * (width + 5);
        return new(
            [new("query", heads * width, costs + 2, costs) { Draw = draw }, new("key", heads * width, costs + 2, costs) { Draw = draw }],
            x => Functional.KernelScores(x[0], x[1], heads, power),
            x => attention.ToMaps(attention.Scores(x[0], x[1], power)),
            new(scoreError, 1),
            // 2^(power + 1) times a sum over tokens of errors in [-1, 1] times k and q; the upstream product and both sums round too.
            new(scoreError + 2 * shape.Tokens + 4, 2 * exponent * shape.Tokens * 2 * largest));
    }

    private static OperationCase WeightedValues(SlotShape shape, int heads, int width)
    {
        var attention = new TorchAttention(shape.Examples, shape.Tokens, heads);
        var terms = Math.Max(shape.Tokens, width);
        var scores = new OperationInput("scores", heads * shape.Tokens, 1, 1)
        {
            Layout = shape.Layout(new Axis(Functional.Head, heads), new Axis("offset", shape.Tokens)),
        };
        var value = new OperationInput("value", heads * width, 1, 1);
        return new(
            [scores, value],
            x => Functional.WeightedValues(x[0], x[1]),
            x => attention.Attend(attention.FromMaps(x[0]), x[1]),
            new(shape.Tokens + 2, shape.Tokens), new(terms + 2, terms));
    }

    /// <summary>Two library functions of two roundings each at most; the slope (1 - y) (1 + y) carries twice y's, and three of its own.</summary>
    private static OperationCase Tanh()
    {
        var tanh = new FittedFunction(
            "head.tanh", Math.Tanh, ChebyshevFit.Interpolate(Math.Tanh, Interval.Unit, 7), NonPolynomial.Tanh.DerivativeFactors);
        var depth = tanh.Approximation.Depth;
        return new([new("x", 3, depth, depth)], x => Functional.Apply(x[0], tanh), x => x[0].tanh(), new(2, 1), new(7, 1));
    }

    /// <summary>A slope that is the output itself: e at most, from two roundings; times the upstream gradient one more.</summary>
    private static OperationCase Exponential()
    {
        var fit = ChebyshevFit.Interpolate(Math.Exp, Interval.Unit, 7);
        var exp = new FittedFunction("exp", Math.Exp, fit, NonPolynomial.Exp.DerivativeFactors);
        return new(
            [new("x", 3, fit.Depth, fit.Depth)], x => Functional.Apply(x[0], exp), x => x[0].exp(),
            new(3 * Math.E, Math.E), new(4 * Math.E, Math.E));
    }

    /// <summary>
    /// Three factors, one of which scales: y = 1/sqrt(x) on [1/2, 3/2], at most sqrt(2), and -y^3 / 2, at most sqrt(2), which carries three
    /// times y's three roundings and four of its own.
    /// </summary>
    private static OperationCase InverseRoot()
    {
        Func<double, double> exact = x => 1 / Math.Sqrt(x);
        var fit = ChebyshevFit.Interpolate(exact, new Interval(0.5, 1.5), 7);
        var root = new FittedFunction("root", exact, fit, NonPolynomial.InverseSquareRoot.DerivativeFactors);
        var input = new OperationInput("x", 2, fit.Depth, fit.Depth) { Draw = (random, _) => 0.5 + random.NextDouble() };
        return new([input], x => Functional.Apply(x[0], root), x => x[0].rsqrt(), new(6, Math.Sqrt(2)), new(20, Math.Sqrt(2)));
    }
}

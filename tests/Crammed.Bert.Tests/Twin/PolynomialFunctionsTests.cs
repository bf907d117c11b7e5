using Crammed.Approximation;
using TorchSharp;

namespace Crammed.Bert.Tests;

public class PolynomialFunctionsTests
{
    private const double Tolerance = 1e-10;

    private static readonly int[] Ids = [2, 7, 11, 3, 0, 0];
    private static readonly float[] Mask = [1, 1, 1, 1, 0, 0];

    /// <summary>
    /// Plain loops with the polynomials by Clenshaw's rule against tensors with them by Paterson and Stockmeyer's, in float64. Sums as in
    /// <see cref="BertModelTests"/>; the polynomials have up to 255 coefficients of size up to 3 and double-precision rounding each, and
    /// ReLU's first stage carries rounding on with a slope of some hundreds: 1e-10 has two digits of room.
    /// </summary>
    [TestCase(AttentionKernel.Gaussian, FeedForwardGate.Relu)]
    [TestCase(AttentionKernel.Polynomial, FeedForwardGate.Bilinear)]
    public void Forward_pass_equals_plain_loops_with_the_same_polynomials(AttentionKernel kernel, FeedForwardGate gate)
    {
        using var scope = torch.NewDisposeScope();
        var configuration = Tiny.Configuration(kernel, gate);
        using var model = new BertModel(configuration, seed: 2, torch.ScalarType.Float64);
        var functions = Functions(model);
        var plain = new PlainBert(configuration, Tiny.Weights(model))
        {
            InverseDeviation = (name, u) => Norm(functions, name).Approximation.Evaluate(u),
            Kernel = (layer, argument) => functions.Layers[layer].Kernel.Evaluate(argument),
            Relu = (layer, value) => functions.Layers[layer].Gate!.Evaluate(value),
        };
        var expected = plain.Encode(plain.Embed(Ids), Mask);
        var pass = new EncoderPass { Functions = new PolynomialFunctions(functions, new DomainMonitor(OutOfRange.Error), noise: null) };
        var encoded = model.Encode(Embedded(model), MaskTensor(), pass).ToFloat64Array();
        Assert.That(Tiny.Difference(encoded, [.. expected.SelectMany(row => row)]), Is.LessThan(Tolerance));

        var exact = model.Encode(Embedded(model), MaskTensor(), EncoderPass.Plain).ToFloat64Array();
        Assert.That(Tiny.Difference(encoded, exact), Is.GreaterThan(10 * Tolerance), "polynomials, not the true functions");
    }

    /// <summary>Slopes come from the output: 1 - y^2 for tanh; dx = s (g - mean g - n mean(g n)) for a norm without weights.</summary>
    [Test]
    public void Gradients_are_those_of_the_encrypted_circuit()
    {
        using var scope = torch.NewDisposeScope();
        var configuration = Tiny.Configuration();
        using var model = new BertModel(configuration, seed: 2, torch.ScalarType.Float64);
        var functions = Functions(model);
        var polynomials = new PolynomialFunctions(functions, new DomainMonitor(OutOfRange.Error), noise: null);

        var x = torch.tensor([-1.5, -0.2, 0.7], requires_grad: true);
        polynomials.Tanh(x).sum().backward();
        var y = x.ToFloat64Array().Select(functions.Tanh.Approximation.Evaluate).ToArray();
        Assert.That(Tiny.Difference(x.grad!.ToFloat64Array(), [.. y.Select(value => 1 - value * value)]), Is.LessThan(Tolerance));

        var middle = functions.FinalNorm.Domain.Midpoint;
        var input = torch.tensor(
            [.. Tiny.Gaussian(1, 16).Chunk(8).SelectMany(row => Scaled(row, middle))], [2L, 8L], requires_grad: true);
        using var norm = torch.nn.LayerNorm(8, dtype: torch.ScalarType.Float64);
        var upstream = Tiny.Gaussian(2, 16);
        (polynomials.Norm(norm, ActivationNames.FinalNormVariance, input) * torch.tensor(upstream, [2L, 8L])).sum().backward();
        var gradient = input.grad!.ToFloat64Array().Chunk(8).ToArray();
        foreach (var (row, g, actual) in input.ToFloat64Array().Chunk(8).Zip(upstream.Chunk(8), gradient))
        {
            var centred = row.Select(value => value - row.Average()).ToArray();
            var s = functions.FinalNorm.Approximation.Evaluate(centred.Sum(value => value * value));
            var n = centred.Select(value => value * s).ToArray();
            var along = g.Zip(n, (a, b) => a * b).Average();
            Assert.That(Tiny.Difference(actual, [.. g.Zip(n, (a, b) => s * (a - g.Average() - b * along))]), Is.LessThan(Tolerance));
        }
    }

    /// <summary>
    /// The whole model. Shallow: norms alone are approximated, within 1e-6 in five places, with slopes of a few units on the way: 1e-5 of
    /// the largest gradient (6e-8 is seen). The other: the kernel is within 5.3e-4 of weights of a few tenths, and its slope within twice
    /// that, in two layers of six keys: 2e-2 (5e-3 is seen). A missing term would show as 1.
    /// </summary>
    [TestCase(AttentionKernel.Polynomial, FeedForwardGate.Bilinear, 1e-5)]
    [TestCase(AttentionKernel.Gaussian, FeedForwardGate.Relu, 2e-2)]
    public void Gradients_of_the_model_are_close_to_the_exact_ones(AttentionKernel kernel, FeedForwardGate gate, double tolerance)
    {
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Tiny.Configuration(kernel, gate), seed: 2, torch.ScalarType.Float64);
        var polynomials = new PolynomialFunctions(Functions(model), new DomainMonitor(OutOfRange.Error), noise: null);
        var exact = Gradients(model, EncoderPass.Plain);
        var twin = Gradients(model, new EncoderPass { Functions = polynomials });
        foreach (var (name, gradient) in exact)
        {
            var largest = gradient.Max(Math.Abs);
            Assert.That(largest, Is.GreaterThan(1e-6), name);
            TestContext.Out.WriteLine($"{name}: {Tiny.Difference(twin[name], gradient) / largest:G2} of the largest");
            Assert.That(Tiny.Difference(twin[name], gradient), Is.LessThan(tolerance * largest), name);
        }
    }

    /// <summary>The row with squares about its mean that sum to u.</summary>
    private static double[] Scaled(double[] row, double u)
    {
        var factor = Math.Sqrt(u / row.Sum(value => (value - row.Average()) * (value - row.Average())));
        return [.. row.Select(value => factor * value)];
    }

    private static Dictionary<string, double[]> Gradients(BertModel model, EncoderPass pass)
    {
        foreach (var parameter in model.parameters())
            parameter.grad?.zero_();
        var weight = torch.tensor(Tiny.Gaussian(7, 48), [1L, 6L, 8L]);
        (model.Encode(Embedded(model), MaskTensor(), pass) * weight).sum().backward();
        return model.named_parameters().ToDictionary(parameter => parameter.Item1, parameter => parameter.Item2.grad!.ToFloat64Array());
    }

    private static FittedFunction Norm(ModelFunctions functions, string name) => name switch
    {
        "final_norm" => functions.FinalNorm,
        _ when name.EndsWith(".attention_norm", StringComparison.Ordinal) => functions.Layers[name["layers.".Length] - '0'].AttentionNorm,
        _ => functions.Layers[name["layers.".Length] - '0'].FeedForwardNorm,
    };

    /// <summary>Polynomials for the ranges that the example itself has, and wide ones for the head.</summary>
    internal static ModelFunctions Functions(BertModel model)
    {
        using var noGradient = torch.no_grad();
        var recorder = new RangeRecorder();
        model.Encode(Embedded(model), MaskTensor(), new EncoderPass { Observer = recorder });
        var ranges = recorder.Ranges.ToDictionary();
        ranges[ActivationNames.TanhInput] = new ValueRange(-2, 2);
        return new CalibratedFunctions(new Calibration(1.5, 1, ranges, ranges), maxDepth: 9).Of(model.Configuration);
    }

    private static torch.Tensor Embedded(BertModel model) => model.Embed(torch.tensor(Array.ConvertAll(Ids, id => (long)id), [1L, 6L]));

    private static torch.Tensor MaskTensor() => torch.tensor(Mask, [1L, 6L]).to(torch.ScalarType.Float64);
}

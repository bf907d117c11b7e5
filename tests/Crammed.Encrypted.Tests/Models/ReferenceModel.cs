using System.Globalization;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using static TorchSharp.torch;
using StepFunction = Crammed.Encrypted.Tensors.StepFunction;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>
/// A random model with its batch, and its loss and gradients by libtorch's autograd in double precision, in textbook form: whole layer norms,
/// masked scores, every token of every layer, true functions, but for those that stand for exp and ReLU in a kernel and a gate.
/// </summary>
internal sealed class ReferenceModel
{
    public const double AdapterScale = 0.5;

    public const double NormEpsilon = 1e-3;

    private readonly ModelShape _shape;
    private readonly int _examples;
    private readonly int _tokens;

    /// <param name="shape">if its norms have weights and biases, embeddings are not centred, norms have an epsilon, and the kernel's argument
    /// has its factor, as in a checkpoint</param>
    /// <param name="grid">for its examples and tokens</param>
    /// <param name="seed">of all numbers</param>
    /// <param name="examples">of its batch; null for as many as the grid has</param>
    public ReferenceModel(ModelShape shape, SlotGrid grid, int seed, int? examples = null)
    {
        (_shape, _examples, _tokens) = (shape, examples ?? grid.Examples, grid.Tokens);
        var random = new Random(seed);
        Data = ReferenceBatch.Random(random, grid, shape, _examples);
        if (shape.HasNormVectors)
        {
            AddNorms(random);
            Data = Data with { Embedding = [.. Data.Embedding.Select((value, i) => value + 0.3 * (i / shape.Hidden % 5 - 2))] };
        }
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            // Queries and keys as large as the kernel's argument allows; where that is more than exp has use for, as for 2^5.
            var power = shape.KernelPowers[layer];
            var kernelSize = 0.12 / Math.Sqrt(KernelFactor(layer) * Math.Pow(2, Math.Max(0, power - 5)));
            AddFrozen(random, $"layers.{layer}.query", shape.Hidden, shape.Hidden, kernelSize);
            AddFrozen(random, $"layers.{layer}.key", shape.Hidden, shape.Hidden, kernelSize);
            AddFrozen(random, $"layers.{layer}.value", shape.Hidden, shape.Hidden, 1);
            AddFrozen(random, $"layers.{layer}.output", shape.Hidden, shape.Hidden, 0.2);
            AddFrozen(random, $"layers.{layer}.expand", shape.GateWidth, shape.Hidden, 0.6);
            AddFrozen(random, $"layers.{layer}.gate", shape.GateWidth, shape.Hidden, 0.6);
            AddFrozen(random, $"layers.{layer}.contract", shape.Hidden, shape.GateWidth, 0.6);
            foreach (var projection in new[] { "query", "key", "value" })
            {
                AddTrained(random, $"layers.{layer}.{projection}.a", shape.Hidden, shape.Rank, 0.2 / Math.Sqrt(shape.Rank));
                AddTrained(random, $"layers.{layer}.{projection}.b", shape.Rank, shape.Hidden, 0.3 / Math.Sqrt(shape.Hidden));
            }
        }
        AddTrained(random, "head.projection.weight", shape.Hidden, shape.HeadProjection, 0.7 / Math.Sqrt(shape.Hidden));
        AddTrained(random, "head.projection.bias", 1, shape.HeadProjection, 0.1);
        AddTrained(random, "head.dense.weight", shape.HeadProjection, shape.HeadHidden, 1.2 / Math.Sqrt(shape.HeadProjection));
        AddTrained(random, "head.dense.bias", 1, shape.HeadHidden, 0.3);
        AddTrained(random, "head.classifier.weight", shape.HeadHidden, shape.Outputs, 0.5 / Math.Sqrt(shape.HeadHidden));
        AddTrained(random, "head.classifier.bias", 1, shape.Outputs, 0.3);
    }

    /// <summary>The batch that <see cref="Run()"/> takes.</summary>
    public ReferenceBatch Data { get; }

    /// <summary>
    /// The gates' ReLUs, a layer each: of their steps the polynomials themselves, whose derivative is left out; null for bilinear gates.
    /// </summary>
    public IReadOnlyList<StepFunction>? Gates { get; init; }

    /// <summary>Frozen matrices [output, input]; factors of norms and kernel are in them.</summary>
    public Dictionary<string, (double[] Values, int Rows, int Columns)> Frozen { get; } = [];

    /// <summary>Weight and bias of each norm, where norms have any.</summary>
    public Dictionary<string, (double[] Weight, double[] Bias)> Norms { get; } = [];

    /// <summary>Trained tensors by name.</summary>
    public Dictionary<string, (double[] Values, int Rows, int Columns)> Trained { get; } = [];

    /// <summary>
    /// What the graph reads: the output matrices' columns are centred, as nothing else is, so that its norms need no mean; a gate is divided by
    /// its ReLU's bound.
    /// </summary>
    public Dictionary<string, FrozenWeights> CentredFrozen() => Frozen.ToDictionary(
        pair => pair.Key,
        pair => new FrozenWeights(
            [
                .. (pair.Key.EndsWith(".output", StringComparison.Ordinal) || pair.Key.EndsWith(".contract", StringComparison.Ordinal)
                    ? CentredColumns(pair.Value)
                    : pair.Value.Values).Select(value => (float)(value * GateScale(pair.Key))),
            ],
            pair.Value.Rows, pair.Value.Columns));

    /// <summary>What the graph's matrix has besides, for the sake of a ReLU's bound.</summary>
    private double GateScale(string matrix) => matrix.Split('.') switch
    {
        [_, var layer, "gate"] when Gates is not null => 1 / Gates[int.Parse(layer, CultureInfo.InvariantCulture)].Bound,
        [_, var layer, "contract"] when Gates is not null => Gates[int.Parse(layer, CultureInfo.InvariantCulture)].Bound,
        _ => 1,
    };

    /// <summary>Mean loss, logits [example, class], and the gradient of every trained tensor.</summary>
    public (double Loss, double[] Logits, Dictionary<string, double[]> Gradients) Run() => Run(Data);

    /// <summary>As <see cref="Run()"/>, for another batch.</summary>
    public (double Loss, double[] Logits, Dictionary<string, double[]> Gradients) Run(ReferenceBatch batch)
    {
        using var scope = NewDisposeScope();
        var trained = Trained.ToDictionary(
            pair => pair.Key, pair => tensor(pair.Value.Values, [pair.Value.Rows, pair.Value.Columns]).requires_grad_());
        var x = tensor(batch.Embedding, [_examples, _tokens, _shape.Hidden]);
        for (var layer = 0; layer < _shape.Layers; layer++)
            x = Layer(x, batch.Lengths, layer, trained);
        var hidden = Affine(Norm(x.select(1, 0)), "final_norm");
        hidden = hidden.matmul(trained["head.projection.weight"]) + trained["head.projection.bias"];
        hidden = (hidden.matmul(trained["head.dense.weight"]) + trained["head.dense.bias"]).tanh();
        var logits = hidden.matmul(trained["head.classifier.weight"]) + trained["head.classifier.bias"];
        var loss = _shape.Classes == 0
            ? nn.functional.mse_loss(logits.squeeze(1), tensor(batch.Labels))
            : nn.functional.cross_entropy(logits, tensor(batch.Labels).to_type(ScalarType.Int64));
        loss.backward();
        return (loss.item<double>(), Values(logits), trained.ToDictionary(pair => pair.Key, pair => Values(pair.Value.grad!)));
    }

    private Tensor Layer(Tensor x, int[] lengths, int layer, Dictionary<string, Tensor> trained)
    {
        var name = $"layers.{layer}";
        var normalized = Affine(Norm(x), $"{name}.attention_norm");
        var (query, key, value) = (Heads("query"), Heads("key"), Heads("value"));
        var kernel = (1 - (query.unsqueeze(3) - key.unsqueeze(2)).square().sum(-1) * KernelFactor(layer)).pow(1 << _shape.KernelPowers[layer]);
        var mask = tensor(Enumerable.Range(0, _examples * _tokens).Select(i => i % _tokens < lengths[i / _tokens] ? 1.0 : 0.0).ToArray())
            .reshape(_examples, 1, 1, _tokens);
        var attended = (kernel * mask).matmul(value).permute(0, 2, 1, 3).reshape(_examples, _tokens, _shape.Hidden);
        x = x + nn.functional.linear(attended, Matrix($"{name}.output"));
        var second = Affine(Norm(x), $"{name}.feed_forward_norm");
        var gate = nn.functional.linear(second, Matrix($"{name}.gate"));
        if (Gates is not null)
            gate = gate * tensor([.. Values(gate).Select(Gates[layer].Exact.Evaluate)], gate.shape);
        var gated = nn.functional.linear(second, Matrix($"{name}.expand")) * gate;
        return x + nn.functional.linear(gated, Matrix($"{name}.contract"));

        Tensor Heads(string projection) =>
            (nn.functional.linear(normalized, Matrix($"{name}.{projection}"))
                + normalized.matmul(trained[$"{name}.{projection}.a"]).matmul(trained[$"{name}.{projection}.b"]) * AdapterScale)
            .reshape(_examples, _tokens, _shape.Heads, _shape.HeadWidth).permute(0, 2, 1, 3);
    }

    /// <summary>Of |q - k|^2.</summary>
    private double KernelFactor(int layer) =>
        _shape.HasNormVectors ? 1 / (2 * Math.Sqrt(_shape.HeadWidth) * (1 << _shape.KernelPowers[layer])) : 1;

    private Tensor Norm(Tensor x) => nn.functional.layer_norm(x, [_shape.Hidden], eps: _shape.HasNormVectors ? NormEpsilon : 0);

    /// <summary>A norm's weight and bias, behind it.</summary>
    private Tensor Affine(Tensor normalized, string norm) =>
        Norms.TryGetValue(norm, out var affine) ? normalized * tensor(affine.Weight) + tensor(affine.Bias) : normalized;

    private Tensor Matrix(string name)
    {
        var (values, rows, columns) = Frozen[name];
        return tensor(values, [rows, columns]);
    }

    private static double[] Values(Tensor values) => values.detach().contiguous().data<double>().ToArray();

    private void AddNorms(Random random)
    {
        foreach (var norm in Enumerable.Range(0, _shape.Layers)
            .SelectMany(layer => new[] { $"layers.{layer}.attention_norm", $"layers.{layer}.feed_forward_norm" }).Append("final_norm"))
        {
            Norms.Add(norm, (Single(ReferenceBatch.Normal(random, _shape.Hidden, 0.3), 1), Single(ReferenceBatch.Normal(random, _shape.Hidden, 0.2), 0)));
        }
    }

    /// <summary>Values of single precision, which checkpoints hold.</summary>
    private static double[] Single(double[] values, double offset) => [.. values.Select(value => (double)(float)(value + offset))];

    private void AddFrozen(Random random, string name, int rows, int columns, double size)
    {
        // Both sides compute with the same values.
        Frozen.Add(name, (Single(ReferenceBatch.Normal(random, rows * columns, size / Math.Sqrt(columns)), 0), rows, columns));
    }

    private void AddTrained(Random random, string name, int rows, int columns, double size) =>
        Trained.Add(name, (ReferenceBatch.Normal(random, rows * columns, size), rows, columns));

    private static double[] CentredColumns((double[] Values, int Rows, int Columns) matrix)
    {
        var (values, rows, columns) = matrix;
        var centred = (double[])values.Clone();
        for (var column = 0; column < columns; column++)
        {
            var mean = Enumerable.Range(0, rows).Average(row => values[row * columns + column]);
            for (var row = 0; row < rows; row++)
                centred[row * columns + column] -= mean;
        }
        return centred;
    }
}

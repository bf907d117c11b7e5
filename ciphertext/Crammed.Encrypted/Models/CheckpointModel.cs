using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Tensors;
using Crammed.Model;

namespace Crammed.Encrypted.Models;

/// <summary>
/// A calibrated checkpoint of a crammed BERT with the hyperparameters of a fine-tuning: all that a <see cref="TrainingGraph"/> and
/// its runs take, but for trained tensors and data.
/// </summary>
public sealed class CheckpointModel
{
    private CheckpointModel(
        ModelShape shape, ModelPolynomials polynomials, AdapterScales scales, FoldedWeights weights, IOptimizer optimizer, double lossScale,
        int sequenceLength, GraphRewrites rewrites)
    {
        Rewrites = rewrites;
        (Shape, Polynomials, Scales, Optimizer) = (shape, polynomials, scales, optimizer);
        (Matrices, Vectors, FirstNorm) = (weights.Matrices, weights.Vectors, weights.FirstNorm);
        (LossScale, SequenceLength) = (lossScale, sequenceLength);
    }

    public ModelShape Shape { get; }

    /// <summary>What its graph makes use of.</summary>
    public GraphRewrites Rewrites { get; }

    public ModelPolynomials Polynomials { get; }

    public AdapterScales Scales { get; }

    /// <summary>Frozen matrices by name; see <see cref="FoldedWeights"/>.</summary>
    public IReadOnlyDictionary<string, FrozenWeights> Matrices { get; }

    /// <summary>Frozen vectors by name.</summary>
    public IReadOnlyDictionary<string, float[]> Vectors { get; }

    /// <summary>Weight and bias of the first layer's attention norm, which the client computes.</summary>
    public NormVectors FirstNorm { get; }

    /// <summary>Its gradient bound is that of the calibration.</summary>
    public IOptimizer Optimizer { get; }

    /// <summary>The power of two that brings the largest expected gradient to about one.</summary>
    public double LossScale { get; }

    /// <summary>Tokens of an example.</summary>
    public int SequenceLength { get; }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="folder">config.json, model.safetensors and calibration.json</param>
    /// <param name="settings">rank, alpha, and the optimizer's</param>
    /// <param name="shape">sizes of head and model that a draw was drawn for, or those of the checkpoint</param>
    /// <param name="deepest">levels that a polynomial may take: those of a refreshed ciphertext</param>
    /// <param name="rangeMargin">what calibrated ranges are widened by, null for the checkpoint's own margin</param>
    /// <param name="gaussian">squarings of a Gaussian kernel</param>
    /// <param name="rewrites">null for all</param>
    /// <exception cref="FileNotFoundException">a file is missing</exception>
    /// <exception cref="InvalidDataException">
    /// a file is malformed, or programs do not train such a model; the message is one line
    /// </exception>
    /// <exception cref="ArgumentException">the shape is not the model's, or a setting is out of what can be trained</exception>
    public static CheckpointModel Load(
        string folder, FineTuningSettings settings, FineTuningShape shape, int deepest, double? rangeMargin = null,
        GaussianKernel gaussian = GaussianKernel.Calibrated, GraphRewrites? rewrites = null)
    {
        var used = rewrites ?? new GraphRewrites();
        using var checkpoint = new CheckpointReader(folder);
        var configuration = checkpoint.Configuration with
        {
            HeadProjection = shape.HeadProjection,
            HeadHidden = shape.HeadHidden,
            Classes = shape.Classes,
        };
        shape.RequireFits(configuration);
        TrainableModel.Require(folder, configuration);
        if (settings.AdapterDropout > 0)
            throw new ArgumentException($"adapter dropout is {settings.AdapterDropout}; encrypted programs train without: set dropout to 0");
        var calibration = rangeMargin is { } margin ? checkpoint.Calibration.WithMargin(margin) : checkpoint.Calibration;
        var functions = new CalibratedFunctions(calibration, deepest, gaussian);
        // The very kernels of the plaintext twin.
        int[] powers = [.. Enumerable.Range(0, configuration.Layers).Select(layer => functions.Kernel(configuration, layer).Exponent)];
        var polynomials = CalibratedPolynomials.Of(configuration, calibration, functions, deepest, used.ClientNorm);
        LayerScales[] scales =
        [
            .. powers.Select((power, layer) => new LayerScales(
                TrainableModel.KernelScale(configuration.HeadDimension, power), polynomials.Gates?[layer].Bound ?? 1)),
        ];
        var alpha = settings.Alpha / settings.Rank;
        return new CheckpointModel(
            ShapeOf(configuration, powers, settings.Rank), polynomials, new AdapterScales(alpha, [.. scales.Select(scale => alpha * scale.Kernel)]),
            new FoldedWeights(checkpoint, scales, used.ClientNorm), OptimizerOf(settings, functions, shape.LargestSlope),
            TrainableModel.GradientScale(functions, shape.LargestSlope), configuration.SequenceLength, used);
    }

    /// <summary>A step of fine-tuning: forward pass, loss, backward pass, update.</summary>
    /// <param name="grid">as many tokens as the model's sequences have</param>
    /// <param name="examples">of a step; more than the grid has are micro-batches; null for as many as it has</param>
    /// <exception cref="ArgumentException">the model does not fit in the grid</exception>
    public TrainingGraph Graph(SlotGrid grid, int? examples = null)
    {
        if (grid.Tokens != SequenceLength)
            throw new ArgumentException($"the model's sequences have {SequenceLength} tokens, there are {grid}", nameof(grid));
        var graph = new TrainingGraph(
            Shape, grid, Polynomials, Scales, Rewrites, ((examples ?? grid.Examples) + grid.Examples - 1) / grid.Examples);
        graph.AddUpdate(Optimizer);
        return graph;
    }

    /// <summary>What a run of a step is given besides its inputs.</summary>
    /// <param name="step">from 1</param>
    /// <param name="learningRate">of this step</param>
    public ProgramConstants Constants(int step, double learningRate) => new(
        Matrices, new Dictionary<string, double>(Optimizer.Scalars(step, learningRate, LossScale)) { [ScalarNames.LossScale] = LossScale })
    {
        Vectors = Vectors,
    };

    /// <summary>Trained tensors by the names of <see cref="PackedParameters"/> from those of a draw.</summary>
    public static IReadOnlyDictionary<string, double[]> Trained(FineTuningDraw draw) => Trained(TrainedWeights.Initial(draw));

    /// <summary>Trained tensors by the names of <see cref="PackedParameters"/>.</summary>
    public static IReadOnlyDictionary<string, double[]> Trained(TrainedWeights weights)
    {
        var names = ProgramNames(weights.Shape);
        return weights.Values.ToDictionary(tensor => names.GetValueOrDefault(tensor.Key, tensor.Key), tensor => tensor.Value);
    }

    /// <summary>What a run of a draw trained, from tensors by the names of <see cref="PackedParameters"/>.</summary>
    /// <exception cref="KeyNotFoundException">a tensor of the draw is missing</exception>
    public static TrainedWeights Weights(FineTuningDraw draw, IReadOnlyDictionary<string, double[]> trained) =>
        Weights(draw.Settings, draw.Shape, trained);

    /// <summary>What a run with such hyperparameters and sizes trained, from tensors by the names of <see cref="PackedParameters"/>.</summary>
    /// <exception cref="KeyNotFoundException">a tensor is missing</exception>
    public static TrainedWeights Weights(
        FineTuningSettings settings, FineTuningShape shape, IReadOnlyDictionary<string, double[]> trained)
    {
        var names = ProgramNames(shape);
        return new TrainedWeights(
            settings, shape,
            shape.TensorShapes(settings.Rank)
                .ToDictionary(tensor => tensor.Name, tensor => trained[names.GetValueOrDefault(tensor.Name, tensor.Name)]));
    }

    /// <summary>Names of adapters in programs by those of a draw; the head's are the same.</summary>
    private static Dictionary<string, string> ProgramNames(FineTuningShape shape) => shape.Adapters().SelectMany(adapter => new[]
    {
        (TrainedTensorNames.NameA(adapter.Layer, adapter.Projection), $"layers.{adapter.Layer}.{adapter.Projection}.a"),
        (TrainedTensorNames.NameB(adapter.Layer, adapter.Projection), $"layers.{adapter.Layer}.{adapter.Projection}.b"),
    }).ToDictionary();

    private static IOptimizer OptimizerOf(FineTuningSettings settings, CalibratedFunctions functions, double slope) =>
        settings.Optimizer == UpdateRule.Nesterov
            ? new Nesterov(settings.Beta1, settings.WeightDecay, Math.Sqrt(functions.LargestSecondMoment(0, slope)))
            : new AdamWHe(
                settings.Beta1, settings.Beta2, settings.Epsilon, settings.WeightDecay,
                Math.Sqrt(functions.LargestSecondMoment(settings.Epsilon, slope)));

    private static ModelShape ShapeOf(BertConfiguration configuration, int[] kernelPowers, int rank) => new(
        configuration.Layers, configuration.Hidden, configuration.Heads, configuration.FeedForwardInner, kernelPowers.Max(), rank,
        configuration.HeadProjection, configuration.HeadHidden, configuration.Classes)
    {
        KernelPowers = [.. kernelPowers],
        HasNormVectors = true,
    };
}

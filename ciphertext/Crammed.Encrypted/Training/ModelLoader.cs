using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Layers;
using Crammed.Model;

namespace Crammed.Encrypted.Training;

/// <summary>Builds the encrypted training step of a checkpoint.</summary>
public static class ModelLoader
{
    /// <summary>
    /// The model with its polynomials, and the rule that trains it.
    /// </summary>
    /// <param name="folder">A calibrated checkpoint of <c>crammed-bert-he</c>.</param>
    /// <param name="layout">Slots of the activations.</param>
    /// <param name="settings">Hyperparameters.</param>
    /// <param name="shape">Sizes of head and model that the draw was drawn for.</param>
    /// <param name="maxLevel">Levels of a refreshed ciphertext; no polynomial takes more.</param>
    /// <exception cref="InvalidDataException">Malformed checkpoint, or one whose functions cannot run encrypted.</exception>
    /// <exception cref="ArgumentException">The shape is not the model's.</exception>
    public static TrainingStep Load(string folder, SlotLayout layout, FineTuningSettings settings, FineTuningShape shape, int maxLevel)
    {
        using var checkpoint = new CheckpointReader(folder);
        var configuration = checkpoint.Configuration with
        {
            HeadProjection = shape.HeadProjection,
            HeadHidden = shape.HeadHidden,
            Classes = shape.Classes,
        };
        shape.RequireFits(configuration);
        RequirePolynomial(folder, configuration);
        var functions = new CalibratedFunctions(checkpoint.Calibration, maxLevel);
        var gradientScale = GradientScale(functions);
        var firstToken = FirstToken(layout);
        var model = new EncryptedClassifier
        {
            Layers = [.. Enumerable.Range(0, configuration.Layers).Select(layer => Layer(checkpoint, functions, layer))],
            FinalNorm = Norm(checkpoint, "final_norm", functions, ActivationNames.FinalNormVariance),
            Head = new ClassificationHead(functions.Tanh(), new PlainSlots(firstToken)),
            Parameters = Parameters(shape, settings, layout.SlotCount),
        };
        var optimizer = new AdamWHe
        {
            Beta1 = settings.Beta1,
            Beta2 = settings.Beta2,
            WeightDecay = settings.WeightDecay,
            Epsilon = settings.Epsilon,
            GradientScale = gradientScale,
            InverseRoot = functions.InverseRoot(settings.Epsilon, gradientScale),
        };
        var weight = new PlainSlots(LossWeight(layout, settings.BatchSize, gradientScale));
        var step = new TrainingStep(model, layout, functions.Sigmoid(), weight, optimizer);
        RequireLevels(step, maxLevel);
        return step;
    }

    /// <summary>Where each trained tensor lies among the packed parameters: adapters layer by layer, then the head.</summary>
    public static PackedLayout Parameters(FineTuningShape shape, FineTuningSettings settings, int slotCount) => new(
        slotCount,
        shape.TensorShapes(settings.Rank).Select(tensor => tensor.Shape.Length == 1
            ? (tensor.Name, 1, (int)tensor.Shape[0])
            : (tensor.Name, (int)tensor.Shape[0], (int)tensor.Shape[1])));

    /// <summary>
    /// The power of two that brings the largest expected gradient to about one: noise is absolute, so larger gradients lose less to it.
    /// </summary>
    internal static double GradientScale(CalibratedFunctions functions) =>
        Math.Pow(2, Math.Floor(-Math.Log2(functions.Range(ActivationNames.SecondMoment).High) / 2));

    private static double[] FirstToken(SlotLayout layout) =>
        [.. Enumerable.Range(0, layout.SlotCount).Select(slot => layout.Coordinate(slot, SlotLayout.Token) == 0 ? 1.0 : 0.0)];

    private static double[] LossWeight(SlotLayout layout, int examples, double gradientScale)
    {
        var places = layout.SlotAxis(SlotLayout.Example).Size;
        if (examples > places)
            throw new ArgumentException($"batch size {examples} is more than the {places} examples that the slots hold; use a smaller batch.");
        return [.. Enumerable.Range(0, layout.SlotCount).Select(slot =>
            layout.Coordinate(slot, SlotLayout.Token) == 0 && layout.Coordinate(slot, SlotLayout.Example) < examples
                ? gradientScale / examples
                : 0)];
    }

    private static EncoderLayer Layer(CheckpointReader checkpoint, CalibratedFunctions functions, int layer)
    {
        var configuration = checkpoint.Configuration;
        int hidden = configuration.Hidden, half = configuration.FeedForward / 2;
        var prefix = $"layers.{layer}.";
        var kernelScale = EncoderLayer.KernelScale(configuration.HeadDimension, configuration.KernelPower);
        var expand = checkpoint.Matrix(prefix + "feed_forward.expand.weight", 2 * half, hidden);
        return new EncoderLayer
        {
            Name = $"layer{layer}",
            Heads = configuration.Heads,
            KernelPower = configuration.KernelPower,
            AttentionNorm = Norm(checkpoint, prefix + "attention_norm", functions, ActivationNames.AttentionNormVariance(layer)),
            Query = new LowRankLinear(checkpoint.Matrix(prefix + "attention.query.weight", hidden, hidden), kernelScale),
            Key = new LowRankLinear(checkpoint.Matrix(prefix + "attention.key.weight", hidden, hidden), kernelScale),
            Value = new LowRankLinear(checkpoint.Matrix(prefix + "attention.value.weight", hidden, hidden), 1),
            AttentionOutput = checkpoint.Matrix(prefix + "attention.output.weight", hidden, hidden),
            FeedForwardNorm = Norm(checkpoint, prefix + "feed_forward_norm", functions, ActivationNames.FeedForwardNormVariance(layer)),
            Expand = Rows(expand, 0, half),
            Gate = Rows(expand, half, half),
            Contract = checkpoint.Matrix(prefix + "feed_forward.contract.weight", hidden, half),
        };
    }

    private static NormWeights Norm(CheckpointReader checkpoint, string prefix, CalibratedFunctions functions, string varianceName)
    {
        var hidden = checkpoint.Configuration.Hidden;
        return new NormWeights(
            checkpoint.Vector(prefix + ".weight", hidden),
            checkpoint.Vector(prefix + ".bias", hidden),
            functions.InverseDeviation(varianceName, hidden, checkpoint.Configuration.NormEpsilon));
    }

    private static double[,] Rows(double[,] matrix, int first, int count)
    {
        var rows = new double[count, matrix.GetLength(1)];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < rows.GetLength(1); j++)
                rows[i, j] = matrix[first + i, j];
        }
        return rows;
    }

    private static void RequireLevels(TrainingStep step, int maxLevel)
    {
        var needed = CircuitRequirements.Of(step, CircuitSettings.For(maxLevel, threads: 1)).Levels;
        if (needed > maxLevel)
        {
            throw new InvalidDataException(
                $"the parameter set has {maxLevel} levels, this model needs {needed}; choose a larger set with he.parameters.");
        }
    }

    /// <exception cref="InvalidDataException">No program trains this architecture, or a task of so many classes.</exception>
    internal static void RequirePolynomial(string folder, BertConfiguration configuration)
    {
        if (configuration.Kernel != AttentionKernel.Polynomial || configuration.Gate != FeedForwardGate.Bilinear
            || configuration.Style != EncoderStyle.Crammed)
        {
            throw new InvalidDataException(
                $"{folder}: kernel {configuration.Kernel} with gate {configuration.Gate} cannot be trained encrypted yet; "
                + "pretrain with arch=crammed-bert-he (polynomial kernel, bilinear gate).");
        }
        if (configuration.Classes != 2)
            throw new InvalidDataException($"{folder}: {configuration.Classes} classes; encrypted fine-tuning takes two-class tasks.");
    }
}

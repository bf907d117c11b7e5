using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Model;

namespace Crammed.Encrypted.Layers;

/// <summary>Levels that a part of a forward pass consumes.</summary>
/// <param name="Layer">Encoder layer, from 0; null for what follows the last one.</param>
/// <param name="Part">Its profile scope in the layer, such as <c>attention_norm</c>.</param>
/// <param name="Levels">Along the activations, from the part's input to its output.</param>
public sealed record PartDepth(int? Layer, string Part, int Levels);

/// <summary>
/// Levels that the encrypted forward pass of a model consumes along its activations: read off the circuit, run on levels alone. Refreshes
/// give levels back; this is what there is to give back. Widths do not matter: features lie across vectors.
/// </summary>
/// <param name="Parts">In the order of the pass.</param>
/// <param name="Functions">The approximations behind the numbers.</param>
public sealed record CircuitDepth(IReadOnlyList<PartDepth> Parts, ModelFunctions Functions)
{
    private const int Width = 2;

    /// <summary>More than any model's pass takes, so that no activation is refreshed.</summary>
    private const int StartLevel = 1 << 20;

    private static readonly PlainSlots Plain = new([]);

    /// <summary>From the embedding to the logits.</summary>
    public int Levels => Parts.Sum(part => part.Levels);

    /// <summary>Of one encoder layer.</summary>
    public int LevelsOf(int layer) => Parts.Where(part => part.Layer == layer).Sum(part => part.Levels);

    /// <summary>The depth with chosen polynomials. A ReLU, which the circuit does not gate with yet, counts with its own depth.</summary>
    public static CircuitDepth Of(ModelFunctions functions)
    {
        ArgumentNullException.ThrowIfNull(functions);
        using var context = new EncryptedContext(new CostingBackend(slotCount: 4, StartLevel), refreshLevel: 1);
        context.Tape.Enabled = false;
        var layout = SlotLayout.TokenMajor(slotCount: 4, tokens: 2);
        var (x, mask) = (Tensor(layout.WithAcross(new Axis(SlotLayout.Feature, Width))), Tensor(layout));
        var adapters = Enumerable.Range(0, EncryptedClassifier.AdaptersPerLayer).Select(_ => Matrix(Width)).ToArray();
        foreach (var (layer, index) in functions.Layers.Select((layer, index) => (layer, index)))
            x = LayerOf(layer, index).Forward(x, mask, adapters, new AdapterFactors([Plain, Plain], [Plain, Plain], [Plain, Plain]));
        x = context.InScope("final_norm", () => Norm(functions.FinalNorm).Forward(x));
        var head = new ClassificationHead(functions.Tanh, Plain);
        head.Forward(x, [Matrix(Width), Matrix(1), Matrix(Width), Matrix(1), Matrix(Width), Matrix(1)]);
        return new CircuitDepth([.. PartsOf(context.Recorder.OutputLevels, functions)], functions);

        EncryptedTensor Tensor(SlotLayout ofTensor) =>
            context.Tensor("x", ofTensor, [.. Enumerable.Range(0, ofTensor.VectorCount).Select(_ => CostingBackend.Load(StartLevel))]);

        EncryptedTensor Matrix(int rows) => Tensor(SlotLayout.Repeated(4, new Axis("row", rows), new Axis("column", Width)));
    }

    private static IEnumerable<PartDepth> PartsOf(IReadOnlyDictionary<string, int> outputs, ModelFunctions functions)
    {
        var before = StartLevel;
        foreach (var (scope, level) in outputs)
        {
            int? layer = scope.IndexOf('.') is var dot and > 0 ? int.Parse(scope.AsSpan(0, dot)) : null;
            var part = scope[(scope.IndexOf('.') + 1)..];
            var gate = part == "feed_forward" ? functions.Layers[layer!.Value].Gate?.Depth ?? 0 : 0;
            yield return new PartDepth(layer, part, before - level + gate);
            before = level;
        }
    }

    private static EncoderLayer LayerOf(LayerFunctions functions, int index)
    {
        var weights = new double[Width, Width];
        var projection = new LowRankLinear(weights, 1);
        return new EncoderLayer
        {
            Name = $"{index}",
            Heads = 1,
            KernelPower = functions.Kernel.Exponent,
            AttentionNorm = Norm(functions.AttentionNorm),
            Query = projection,
            Key = projection,
            Value = projection,
            AttentionOutput = weights,
            FeedForwardNorm = Norm(functions.FeedForwardNorm),
            Expand = weights,
            Gate = weights,
            Contract = weights,
        };
    }

    private static NormWeights Norm(FittedFunction inverseDeviation) => new(new double[Width], new double[Width], inverseDeviation);
}

using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;

namespace Crammed.Encrypted.Layers;

/// <summary>
/// The whole model from the embedding's output to the logits, with its trained parameters packed into one vector.
/// </summary>
public sealed record EncryptedClassifier
{
    /// <summary>Adapter matrices a layer trains: A and B of query, key and value.</summary>
    public const int AdaptersPerLayer = 6;

    /// <summary>Level at which the parameters come out of their tree; each is used in one product.</summary>
    private const int ParameterLevel = 2;

    public required IReadOnlyList<EncoderLayer> Layers { get; init; }

    public required NormWeights FinalNorm { get; init; }

    public required ClassificationHead Head { get; init; }

    /// <summary>Adapters layer by layer (A, B of query, key, value), then weight and bias of projection, dense, classifier.</summary>
    public required PackedLayout Parameters { get; init; }

    /// <summary>Rank of the adapters: columns of the first A.</summary>
    internal int Rank => Parameters.Entries[0].Columns;

    /// <param name="x">Embedding output: hidden features across vectors, tokens and examples in the slots.</param>
    /// <param name="mask">1 at real tokens, one vector.</param>
    /// <param name="packed">Trained parameters, one vector.</param>
    /// <param name="factors">Adapter factors, layer by layer.</param>
    /// <returns>Logits, one vector a class, in the slots of first tokens.</returns>
    public EncryptedTensor Forward(EncryptedTensor x, EncryptedTensor mask, EncryptedTensor packed, IReadOnlyList<AdapterFactors> factors)
    {
        EncryptedTensor[] parameters;
        using (x.Context.Recorder.Enter("parameters"))
            parameters = Functional.Unpack(packed, Parameters, ParameterLevel);
        for (var layer = 0; layer < Layers.Count; layer++)
        {
            var adapters = new ArraySegment<EncryptedTensor>(parameters, layer * AdaptersPerLayer, AdaptersPerLayer);
            x = Layers[layer].Forward(x, mask, adapters, factors[layer]);
        }
        var encoded = x;
        var normalized = x.Context.InScope("final_norm", () => FinalNorm.Forward(encoded));
        return Head.Forward(normalized, parameters[(Layers.Count * AdaptersPerLayer)..]);
    }
}

using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Layers;

namespace Crammed.Encrypted.Training;

/// <summary>What one step reads of the data, all but the factors encrypted.</summary>
/// <param name="Embedding">Hidden features, one vector each.</param>
/// <param name="Mask">1 at real tokens.</param>
/// <param name="Labels">0 or 1 in the slots of first tokens.</param>
/// <param name="Factors">Adapter factors, layer by layer.</param>
public sealed record TrainingBatch(SlotVector[] Embedding, SlotVector Mask, SlotVector Labels, IReadOnlyList<AdapterFactors> Factors) : IDisposable
{
    /// <summary>Whether the factors end with this batch (dropout masks of one step) or serve others too.</summary>
    public bool OwnsFactors { get; init; }

    public void Dispose()
    {
        foreach (var vector in Embedding)
            vector.Dispose();
        Mask.Dispose();
        Labels.Dispose();
        if (!OwnsFactors)
            return;
        foreach (var layer in Factors)
            layer.Dispose();
    }
}

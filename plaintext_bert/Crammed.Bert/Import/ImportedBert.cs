namespace Crammed.Bert;

/// <summary>A model that another program trained.</summary>
/// <param name="Model">Of the original style, with softmax attention and GELU.</param>
/// <param name="Head">
/// Its pooler and classifier in the form of a classification head, with the identity for the head's first layer; null where the checkpoint
/// has none.
/// </param>
/// <param name="HasEmbeddings">Whether the checkpoint has embedding tables; otherwise the model's are random.</param>
public sealed record ImportedBert(BertModel Model, TrainedWeights? Head, bool HasEmbeddings) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}

namespace Crammed.Encrypted.Tests.Training;

/// <summary>What one forward and backward pass yields.</summary>
/// <param name="Logits">[example][class].</param>
/// <param name="Parameters">Gradient of all trained parameters, tensor by tensor in the model's order.</param>
/// <param name="Embedding">Gradient of the embedding, [example][token][feature].</param>
internal sealed record ModelGradients(double[] Logits, double[] Parameters, double[] Embedding)
{
    /// <summary>The three one after another.</summary>
    public double[] All => [.. Logits, .. Parameters, .. Embedding];
}

using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// LoRA on query, key and value (Hu et al. 2022): y = x W + (alpha/rank) * (mask .* (x A)) B. The dropout mask acts on the rank-r side,
/// not on x, so that under encryption the norm folds into A; Rho et al. drop x itself.
/// </summary>
internal sealed class LowRankAdapters
{
    private readonly IReadOnlyDictionary<string, torch.Tensor> tensors;
    private readonly double scale;

    public LowRankAdapters(IReadOnlyDictionary<string, torch.Tensor> tensors, double alpha, int rank)
    {
        this.tensors = tensors;
        scale = alpha / rank;
    }

    /// <summary>(alpha/rank) (mask .* (x A)) B for x [batch, tokens, hidden] and mask [batch, tokens, rank].</summary>
    public torch.Tensor Delta(torch.Tensor x, int layer, string projection, torch.Tensor? mask)
    {
        var low = torch.matmul(x, tensors[TrainedTensorNames.NameA(layer, projection)]);
        if (mask is not null)
            low = low * mask;
        return torch.matmul(low, tensors[TrainedTensorNames.NameB(layer, projection)]) * scale;
    }
}

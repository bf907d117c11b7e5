using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// BERT as its authors have it (Devlin et al. 2019, arXiv 1810.04805) and transformers computes it: word, position and token-type
/// embeddings and a norm; layers with softmax attention and GELU, biases everywhere, and a norm after each residual sum; a tanh pooler of
/// the first token and a linear classifier. Without dropout.
/// </summary>
public sealed class HuggingFaceBert : IDisposable
{
    private readonly IReadOnlyDictionary<string, torch.Tensor> tensors;

    internal HuggingFaceBert(HuggingFaceConfiguration configuration, IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        Configuration = configuration;
        this.tensors = tensors;
    }

    public HuggingFaceConfiguration Configuration { get; }

    /// <summary>Whether the checkpoint has embedding tables.</summary>
    public bool HasEmbeddings => tensors.ContainsKey(HuggingFaceTensors.WordEmbeddings);

    /// <summary>Whether the checkpoint has a pooler.</summary>
    public bool HasPooler => tensors.ContainsKey(HuggingFaceTensors.Weight(HuggingFaceTensors.Pooler));

    /// <summary>Outputs of the checkpoint's classifier; 0 where there is none.</summary>
    public int Labels =>
        tensors.TryGetValue(HuggingFaceTensors.Weight(HuggingFaceTensors.Classifier), out var weight) ? (int)weight.shape[0] : 0;

    /// <summary>
    /// Token ids [batch, sequence] and their types, likewise int64 (null: all of type 0), to the embedding's normed output
    /// [batch, sequence, hidden].
    /// </summary>
    /// <exception cref="InvalidOperationException">The checkpoint has no embedding tables.</exception>
    /// <exception cref="ArgumentException">The sequence is longer than there are positions.</exception>
    public torch.Tensor Embed(torch.Tensor ids, torch.Tensor? tokenTypes = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (!HasEmbeddings)
            throw new InvalidOperationException("the checkpoint has no embedding tables; give embeddings to the encoder");
        var length = ids.shape[1];
        if (length > Configuration.MaxPositionEmbeddings)
            throw new ArgumentException($"{length} tokens, the model has {Configuration.MaxPositionEmbeddings} positions", nameof(ids));
        using var scope = torch.NewDisposeScope();
        var sum = tensors[HuggingFaceTensors.WordEmbeddings].index_select(0, ids.reshape(-1)).reshape(ids.shape[0], length, -1)
            + tensors[HuggingFaceTensors.PositionEmbeddings].narrow(0, 0, length);
        var types = tensors[HuggingFaceTensors.TokenTypeEmbeddings];
        sum = tokenTypes is null
            ? sum + types.narrow(0, 0, 1)
            : sum + types.index_select(0, tokenTypes.reshape(-1)).reshape(ids.shape[0], length, -1);
        return Norm(sum, HuggingFaceTensors.EmbeddingNorm).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Embeddings [batch, sequence, hidden] and mask [batch, sequence] (1 = token, 0 = padding; null = no padding) to the last layer's
    /// output [batch, sequence, hidden].
    /// </summary>
    public torch.Tensor Encode(torch.Tensor embedded, torch.Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(embedded);
        using var scope = torch.NewDisposeScope();
        var x = embedded;
        for (var layer = 0; layer < Configuration.NumHiddenLayers; layer++)
        {
            x = Norm(x + Attention(x, mask, layer), HuggingFaceTensors.AttentionNorm(layer));
            var widened = torch.nn.functional.gelu(Linear(x, HuggingFaceTensors.Intermediate(layer)));
            x = Norm(x + Linear(widened, HuggingFaceTensors.Output(layer)), HuggingFaceTensors.OutputNorm(layer));
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Logits [batch, labels] of encoder outputs [batch, sequence, hidden]: classifier(tanh(pooler(first token))).</summary>
    /// <exception cref="InvalidOperationException">The checkpoint has no pooler or no classifier.</exception>
    public torch.Tensor Classify(torch.Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        if (!HasPooler || Labels == 0)
            throw new InvalidOperationException("the checkpoint has no pooler or no classifier");
        using var scope = torch.NewDisposeScope();
        var pooled = torch.tanh(Linear(states.select(1, 0), HuggingFaceTensors.Pooler));
        return Linear(pooled, HuggingFaceTensors.Classifier).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
    }

    private torch.Tensor Attention(torch.Tensor x, torch.Tensor? mask, int layer)
    {
        torch.Tensor Projected(int projection) =>
            Heads(Linear(x, HuggingFaceTensors.Projection(layer, HuggingFaceTensors.Projections[projection])));
        var weights = AttentionKernels.Softmax(Projected(0), Projected(1), mask, observe: null);
        var context = torch.matmul(weights, Projected(2)).transpose(1, 2).reshape(x.shape[0], x.shape[1], Configuration.HiddenSize);
        return Linear(context, HuggingFaceTensors.AttentionOutput(layer));
    }

    private torch.Tensor Heads(torch.Tensor x)
    {
        var heads = Configuration.NumAttentionHeads;
        return x.view(x.shape[0], x.shape[1], heads, Configuration.HiddenSize / heads).transpose(1, 2);
    }

    private torch.Tensor Linear(torch.Tensor x, string module) =>
        torch.nn.functional.linear(x, tensors[HuggingFaceTensors.Weight(module)], tensors[HuggingFaceTensors.Bias(module)]);

    private torch.Tensor Norm(torch.Tensor x, string module) => torch.nn.functional.layer_norm(
        x,
        [Configuration.HiddenSize],
        tensors[HuggingFaceTensors.Weight(module)],
        tensors[HuggingFaceTensors.Bias(module)],
        Configuration.LayerNormEpsilon);
}

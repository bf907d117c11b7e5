using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

/// <summary>One pre-norm attention block with a classification head: the shape of the models that this library is for.</summary>
internal sealed class TinyTransformer : nn.Module<Tensor, Tensor>
{
    private readonly Embedding embedding;
    private readonly LayerNorm norm;
    private readonly ModuleList<Linear> projections;
    private readonly Linear output;
    private readonly Dropout dropout;
    private readonly Parameter position;
    private readonly long width;

    public TinyTransformer(long vocabulary, long length, long width, long classes) : base(nameof(TinyTransformer))
    {
        this.width = width;
        embedding = nn.Embedding(vocabulary, width, padding_idx: 0);
        norm = nn.LayerNorm(width, eps: 1e-12);
        projections = nn.ModuleList(nn.Linear(width, width, hasBias: false), nn.Linear(width, width, hasBias: false),
            nn.Linear(width, width, hasBias: false));
        output = nn.Linear(width, classes);
        dropout = nn.Dropout(0.1);
        position = nn.Parameter(randn(length, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var residual = embedding.forward(tokens) + position;
        var normal = norm.forward(residual);
        var (query, key, value) = (projections[0].forward(normal), projections[1].forward(normal), projections[2].forward(normal));
        var scores = query.matmul(key.transpose(-2, -1)) / Math.Sqrt(width);
        scores = scores.masked_fill((tokens == 0).unsqueeze(1), -10000);
        var attended = dropout.forward(scores.softmax(-1)).matmul(value) + residual;
        return output.forward(attended.select(1, 0)).MoveToOuterDisposeScope();
    }
}

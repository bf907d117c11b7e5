using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>Word embedding plus scaled sinusoidal positions, then layer norm. The pad row (id 0) starts at zero.</summary>
internal sealed class BertEmbedding : torch.nn.Module
{
    private readonly Embedding word;
    private readonly Parameter positionScale;
    private readonly LayerNorm norm;
    private readonly torch.Tensor positions;

    public BertEmbedding(BertConfiguration configuration, torch.ScalarType dtype)
        : base(nameof(BertEmbedding))
    {
        word = torch.nn.Embedding(configuration.VocabularySize, configuration.Hidden, padding_idx: 0, dtype: dtype);
        positionScale = new Parameter(torch.full(1L, 1 / Math.Sqrt(configuration.Hidden), dtype));
        norm = torch.nn.LayerNorm(configuration.Hidden, configuration.NormEpsilon, dtype: dtype);
        positions = torch.tensor(SinusoidalPositions(configuration.SequenceLength, configuration.Hidden))
            .to(dtype).reshape(configuration.SequenceLength, configuration.Hidden);
        register_module("word", word);
        register_parameter("position_scale", positionScale);
        register_module("norm", norm);
        register_buffer("positions", positions, persistent: false);
    }

    /// <summary>[vocabulary, hidden]; the masked-token decoder is tied to it.</summary>
    public Parameter WordWeight => word.weight;

    /// <summary>[batch, sequence] token ids to [batch, sequence, hidden].</summary>
    public torch.Tensor Forward(torch.Tensor ids) =>
        norm.forward(word.forward(ids) + (positionScale * positions.narrow(0, 0, ids.shape[1])));

    /// <summary>Sine and cosine interleaved, base 10000 (Vaswani et al. 2017), row-major [sequence][hidden].</summary>
    internal static double[] SinusoidalPositions(int sequence, int hidden)
    {
        var table = new double[sequence * hidden];
        for (var position = 0; position < sequence; position++)
        {
            for (var pair = 0; pair < hidden / 2; pair++)
            {
                var angle = position / Math.Pow(10000, 2.0 * pair / hidden);
                table[(position * hidden) + (2 * pair)] = Math.Sin(angle);
                table[(position * hidden) + (2 * pair) + 1] = Math.Cos(angle);
            }
        }

        return table;
    }
}

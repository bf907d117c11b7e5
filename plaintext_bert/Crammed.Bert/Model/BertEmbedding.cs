using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>Word embedding plus positions, then layer norm. The padding token's row starts at zero.</summary>
internal sealed class BertEmbedding : torch.nn.Module
{
    private readonly Embedding word;
    private readonly LayerNorm norm;
    private readonly Func<torch.Tensor, torch.Tensor?, torch.Tensor> positions;

    public BertEmbedding(BertConfiguration configuration, torch.ScalarType dtype)
        : base(nameof(BertEmbedding))
    {
        word = torch.nn.Embedding(
            configuration.VocabularySize, configuration.Hidden, padding_idx: configuration.PaddingToken, dtype: dtype);
        register_module("word", word);
        positions = configuration.Style == EncoderStyle.Original ? Learned(configuration, dtype) : ScaledSinusoidal(configuration, dtype);
        norm = torch.nn.LayerNorm(configuration.Hidden, configuration.NormEpsilon, dtype: dtype);
        register_module("norm", norm);
    }

    /// <summary>[vocabulary, hidden]; the masked-token decoder is tied to it.</summary>
    public Parameter WordWeight => word.weight!;

    /// <summary>Token ids and types [batch, sequence], no types standing for 0, to [batch, sequence, hidden].</summary>
    public torch.Tensor Forward(torch.Tensor ids, torch.Tensor? types) => norm.forward(word.forward(ids) + positions(ids, types));

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

    /// <summary>Sinusoidal positions times one learned scale (Geiping and Goldstein 2023).</summary>
    private Func<torch.Tensor, torch.Tensor?, torch.Tensor> ScaledSinusoidal(BertConfiguration configuration, torch.ScalarType dtype)
    {
        var scale = new Parameter(torch.full(1L, 1 / Math.Sqrt(configuration.Hidden), dtype));
        var table = torch.tensor(SinusoidalPositions(configuration.SequenceLength, configuration.Hidden))
            .to(dtype).reshape(configuration.SequenceLength, configuration.Hidden);
        register_parameter("position_scale", scale);
        register_buffer("positions", table, persistent: false);
        return (ids, _) => scale * table.narrow(0, 0, ids.shape[1]);
    }

    /// <summary>A learned vector for each position and each of two token types (Devlin et al. 2019).</summary>
    private Func<torch.Tensor, torch.Tensor?, torch.Tensor> Learned(BertConfiguration configuration, torch.ScalarType dtype)
    {
        var position = torch.nn.Embedding(configuration.SequenceLength, configuration.Hidden, dtype: dtype);
        var tokenType = torch.nn.Embedding(2, configuration.Hidden, dtype: dtype);
        register_module("position", position);
        register_module("token_type", tokenType);
        return (ids, types) => position.weight!.narrow(0, 0, ids.shape[1])
            + (types is null || configuration.TokenTypes == 1 ? tokenType.weight!.narrow(0, 0, 1) : tokenType.forward(types));
    }
}

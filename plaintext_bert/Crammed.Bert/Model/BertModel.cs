using TorchSharp;
using TorchSharp.Modules;

namespace Crammed.Bert;

/// <summary>
/// The crammed BERT encoder (Geiping and Goldstein 2023; Rho et al. 2025, section 4): embedding, pre-norm layers, final norm and a
/// masked-token decoder tied to the word embedding; or the original one (<see cref="EncoderStyle"/>), which has no final norm. Parameter
/// names are the tensor names of model.safetensors, [out, in] as in torch.
/// </summary>
public sealed class BertModel : torch.nn.Module
{
    private readonly BertEmbedding _embedding;
    private readonly BertLayer[] _layers;
    private readonly LayerNorm? _finalNorm;

    // Everything here that computes needs a model first.
    static BertModel() => LibTorch.Load();

    /// <summary>A model with freshly initialised weights: N(0, sigma) matrices, unit norms, zero pad row; the seed fixes them.</summary>
    /// <param name="configuration">Validated here.</param>
    /// <param name="seed">Fixes the initial weights.</param>
    /// <param name="dtype">float32, or float64 for gradient checks and for runs to compare others with.</param>
    /// <exception cref="ArgumentException">A configuration value out of its range.</exception>
    public BertModel(BertConfiguration configuration, long seed, torch.ScalarType dtype = torch.ScalarType.Float32)
        : base(nameof(BertModel))
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Validate();
        Configuration = configuration;
        ScalarType = dtype;
        register_module("embedding", _embedding = new BertEmbedding(configuration, dtype));
        _layers = new BertLayer[configuration.Layers];
        for (var i = 0; i < _layers.Length; i++)
            _layers[i] = new BertLayer(configuration, i, dtype);
        register_module("layers", torch.nn.ModuleList(_layers));
        if (configuration.Style == EncoderStyle.Crammed)
            register_module("final_norm", _finalNorm = torch.nn.LayerNorm(configuration.Hidden, configuration.NormEpsilon, dtype: dtype));
        Initialise(seed);
    }

    public BertConfiguration Configuration { get; }

    /// <summary>Type of the weights and of everything computed.</summary>
    public torch.ScalarType ScalarType { get; }

    /// <summary>Tokens to the embedding's normed output [batch, sequence, hidden], without dropout.</summary>
    /// <param name="ids">Token ids [batch, sequence], int64.</param>
    /// <param name="types">0 for a first text's tokens, 1 for a second's, [batch, sequence], int64; null: all 0.</param>
    public torch.Tensor Embed(torch.Tensor ids, torch.Tensor? types = null) => _embedding.Forward(ids, types);

    /// <summary>The first layer's norm of embeddings [batch, sequence, hidden], which precedes everything that is fine-tuned.</summary>
    /// <exception cref="InvalidOperationException">The model begins with attention (the original style).</exception>
    public torch.Tensor FirstNorm(torch.Tensor embedded) => Configuration.Style == EncoderStyle.Crammed
        ? _layers[0].AttentionNorm.forward(embedded)
        : throw new InvalidOperationException("norms follow attention in this model");

    /// <summary>
    /// Embeddings [batch, sequence, hidden] and mask [batch, sequence] (1 = token, 0 = padding; null = no padding) to final-norm outputs
    /// [batch, sequence, hidden] (of the original style, the last layer's), or [batch, 1, hidden] in a first-token pass.
    /// </summary>
    internal torch.Tensor Encode(torch.Tensor embedded, torch.Tensor? mask, EncoderPass pass)
    {
        var x = pass.Dropout > 0 ? torch.nn.functional.dropout(embedded, pass.Dropout) : embedded;
        foreach (var layer in _layers)
            x = layer.Forward(x, mask, pass);
        return _finalNorm is null ? x : pass.Norm(_finalNorm, ActivationNames.FinalNormVariance, x);
    }

    /// <summary>Vocabulary logits [n, vocabulary] of states [n, hidden].</summary>
    internal torch.Tensor Decode(torch.Tensor states, EncoderPass pass) => pass.Product(states, _embedding.WordWeight);

    private void Initialise(long seed)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var index = 0;
        foreach (var (name, parameter) in named_parameters())
        {
            var random = new SeededRandom(seed, "weights", index++);
            if (name.EndsWith(".bias", StringComparison.Ordinal))
                torch.nn.init.zeros_(parameter);
            if (parameter.shape.Length != 2)
                continue;
            var values = random.Normal(parameter.numel(), Configuration.InitializerStandardDeviation);
            if (name == "embedding.word.weight" && Configuration.PaddingToken is { } padding)
                Array.Clear(values, padding * Configuration.Hidden, Configuration.Hidden);
            parameter.copy_(torch.tensor(values, parameter.shape));
        }
    }
}

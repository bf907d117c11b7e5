using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Crammed.Files;

namespace Crammed.Model;

/// <summary>How a query and a key become an attention score.</summary>
public enum AttentionKernel
{
    /// <summary>exp(-||q - k||^2 / (2 sqrt(head dimension))), no row normalisation (Rho et al. 2025, section 4).</summary>
    Gaussian,

    /// <summary>softmax over the keys of q.k / sqrt(head dimension), the usual attention.</summary>
    Softmax,

    /// <summary>(1 + x/2^k)^(2^k) of the Gaussian kernel's argument x, no row normalisation; k squarings and no approximation.</summary>
    Polynomial,
}

/// <summary>Where norms, biases and positions are.</summary>
public enum EncoderStyle
{
    /// <summary>
    /// Norms before attention and feed-forward part and after the last layer, no biases in linear layers, scaled sinusoidal positions
    /// (Geiping and Goldstein 2023).
    /// </summary>
    Crammed,

    /// <summary>
    /// Norms after each residual sum, biases in every linear layer, learned positions and token types (Devlin et al. 2019, arXiv
    /// 1810.04805).
    /// </summary>
    Original,
}

/// <summary>What the gated half g of the feed-forward block does to the other half a; or that there is no gate.</summary>
public enum FeedForwardGate
{
    /// <summary>a * max(g, 0), the paper's.</summary>
    Relu,

    /// <summary>a * g: a plain product, one level under encryption.</summary>
    Bilinear,

    /// <summary>No gate: GELU of the whole width, x Phi(x) with the error function (Devlin et al. 2019).</summary>
    Gelu,
}

/// <summary>
/// The shape of a crammed BERT and of its classification head. Values are checked by <see cref="Validate"/>, which every
/// consumer calls; the JSON form (config.json of a checkpoint) has snake_case names and refuses unknown ones.
/// Not sealed: a program's settings may add to it, and keep to themselves what the text or the task decides.
/// </summary>
public record BertConfiguration
{
    internal const int MaximumLayers = 256;
    internal const int MaximumWidth = 1 << 14;
    internal const int MaximumClasses = 1024;

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        WriteIndented = true,
    };

    /// <summary>Name of the architecture this came from; a label, nothing depends on it.</summary>
    [Browsable(false)]
    public required string Architecture { get; init; }

    [Browsable(false), Range(8, 1 << 20)]
    public required int VocabularySize { get; init; }

    [Description("encoder layers"), Range(1, MaximumLayers)]
    public required int Layers { get; init; }

    [Description("width of the residual stream"), Range(2, MaximumWidth)]
    public required int Hidden { get; init; }

    [Description("attention heads; divides hidden"), Range(1, MaximumWidth)]
    public required int Heads { get; init; }

    /// <summary>
    /// Width before the gate: the block is hidden -> FeedForward -> (gate) FeedForward/2 -> hidden, or without a gate hidden -> FeedForward
    /// -> hidden.
    /// </summary>
    [Description("feed-forward width before the gate halves it"), Range(2, 4 * MaximumWidth)]
    public required int FeedForward { get; init; }

    [Description("tokens in a sequence"), Range(4, 4096)]
    public int SequenceLength { get; init; } = 128;

    [Description("attention kernel")]
    public required AttentionKernel Kernel { get; init; }

    /// <summary>k of the polynomial kernel (1 + x/2^k)^(2^k); ignored by the other kernels.</summary>
    [Browsable(false), Range(1, 20)]
    public int KernelPower { get; init; } = 5;

    [Description("gate of the feed-forward block")]
    public required FeedForwardGate Gate { get; init; }

    /// <summary>Where norms, biases and positions are.</summary>
    [Description("crammed: norms before each block, no biases, computed positions; original: BERT's norms after sums, biases, learned positions")]
    public EncoderStyle Style { get; init; } = EncoderStyle.Crammed;

    /// <summary>
    /// Token types told apart: 1 (every token counts as of type 0) or 2 (the tokens of a pair's second text are of type 1). Only the
    /// original style has token types.
    /// </summary>
    [Browsable(false)]
    public int TokenTypes { get; init; } = 1;

    /// <summary>Id of the padding token, whose embedding starts at zero and is not trained by look-ups; null: none.</summary>
    [Browsable(false)]
    public int? PaddingToken { get; init; } = 0;

    [Browsable(false), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>Probability of dropping a value in full fine-tuning; pretraining and adapter fine-tuning run without.</summary>
    [Browsable(false), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Standard deviation of the normal distribution that initialises linear and embedding weights.</summary>
    [Description("standard deviation of the initial weights"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double InitializerStandardDeviation { get; init; } = 0.02;

    /// <summary>Width p of the head's first linear layer: hidden -> p.</summary>
    [Description("width p of the head's first layer, hidden -> p"), Range(1, MaximumWidth)]
    public int HeadProjection { get; init; } = 32;

    /// <summary>Width m of the head's second linear layer: p -> m, then tanh.</summary>
    [Description("width m of the head's second layer, p -> m, then tanh"), Range(1, MaximumWidth)]
    public int HeadHidden { get; init; } = 1024;

    /// <summary>Classes of the task; 0 means regression with one output.</summary>
    [Browsable(false)]
    public int Classes { get; init; } = 2;

    /// <summary>Width between the feed-forward block's linear layers: half of <see cref="FeedForward"/> where a gate halves it.</summary>
    [JsonIgnore]
    public int FeedForwardInner => Gate == FeedForwardGate.Gelu ? FeedForward : FeedForward / 2;

    /// <summary>Width of one attention head.</summary>
    [JsonIgnore]
    public int HeadDimension => Hidden / Heads;

    /// <summary>
    /// A named architecture: <c>crammed-bert</c> (Gaussian kernel, ReLU gate: the paper's) or <c>crammed-bert-he</c> (polynomial kernel
    /// trained in, bilinear gate), both with 2 layers of width 768 and a vocabulary of 32768; change sizes with a <c>with</c> expression.
    /// </summary>
    /// <exception cref="ArgumentException">No such architecture.</exception>
    public static BertConfiguration Named(string architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        var (kernel, gate) = architecture switch
        {
            "crammed-bert" => (AttentionKernel.Gaussian, FeedForwardGate.Relu),
            "crammed-bert-he" => (AttentionKernel.Polynomial, FeedForwardGate.Bilinear),
            _ => throw new ArgumentException(
                $"architecture '{architecture}' is unknown; choose crammed-bert or crammed-bert-he", nameof(architecture)),
        };
        return new BertConfiguration
        {
            Architecture = architecture,
            VocabularySize = 32768,
            Layers = 2,
            Hidden = 768,
            Heads = 12,
            FeedForward = 3072,
            Kernel = kernel,
            Gate = gate,
        };
    }

    /// <summary>Reads and validates config.json.</summary>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="InvalidDataException">Malformed JSON, an unknown or missing field, or a value out of its range.</exception>
    public static BertConfiguration Read(string path) => JsonFile.Read<BertConfiguration>(
        path,
        JsonOptions,
        "a model is a folder that crammed pretrain wrote, such as outputs/pretrain/model",
        configuration => configuration.Validate());

    /// <summary>The JSON form that <see cref="Read"/> takes.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JsonOptions);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value out of its range; the message names the field, the value and the range.</exception>
    public void Validate()
    {
        SettingsRange.Check(this);
        Requirement.Check(Hidden % 2 == 0, Hidden, $"an even number up to {MaximumWidth}");
        Requirement.Check(Hidden % Heads == 0, Heads, $"a divisor of hidden ({Hidden})");
        Requirement.Check(FeedForward % 2 == 0, FeedForward, $"an even number up to {4 * MaximumWidth}");
        Requirement.Check(
            Range(PaddingToken ?? 0, 0, VocabularySize - 1), PaddingToken ?? 0, $"null or 0 to {VocabularySize - 1}", nameof(PaddingToken));
        Requirement.Check(
            TokenTypes == 1 || (TokenTypes == 2 && Style == EncoderStyle.Original), TokenTypes, "1, or with style original 2");
        Requirement.Check(Classes == 0 || Range(Classes, 2, MaximumClasses), Classes, $"0 (regression) or 2 to {MaximumClasses}");
    }

    /// <summary>The configuration alone, without what a derived record adds.</summary>
    protected BertConfiguration Plain() => new(this);

    private static bool Range(int value, int low, int high) => value >= low && value <= high;
}

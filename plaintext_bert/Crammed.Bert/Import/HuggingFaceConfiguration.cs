using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crammed.Bert;

/// <summary>
/// Sizes of a BERT as Hugging Face's transformers writes them to config.json (BertConfig). Fields that are not here are ignored, since
/// every version writes more; those here that would change the arithmetic are checked.
/// </summary>
public sealed record HuggingFaceConfiguration
{
    private const long MaximumBytes = 1 << 20;

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
    };

    /// <summary>Must be bert.</summary>
    public required string ModelType { get; init; }

    /// <summary>Must be gelu, x Phi(x) with the error function; gelu_new and others differ.</summary>
    public required string HiddenAct { get; init; }

    /// <summary>Must be absolute: learned positions, added to the embedding.</summary>
    public string PositionEmbeddingType { get; init; } = "absolute";

    /// <summary>Rows of the word embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>The token whose embedding is not trained by look-ups; null: none.</summary>
    public int? PadTokenId { get; init; } = 0;

    /// <summary>Rows of the position embedding.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Rows of the token-type embedding.</summary>
    public required int TypeVocabSize { get; init; }

    /// <summary>Width of the encoder.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width between the two linear layers of the feed-forward part.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Layers of the encoder.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Attention heads; a divisor of the width.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Epsilon of every layer norm.</summary>
    [JsonPropertyName("layer_norm_eps")]
    public required double LayerNormEpsilon { get; init; }

    /// <summary>Reads and checks config.json.</summary>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="InvalidDataException">
    /// Malformed JSON, a missing field, a value out of its range, or another model than BERT; names the field and the value.
    /// </exception>
    public static HuggingFaceConfiguration Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: not found; Hugging Face writes it beside a model's weights", path);
        if (new FileInfo(path).Length > MaximumBytes)
            throw new InvalidDataException($"{path}: longer than {MaximumBytes} bytes");
        try
        {
            var configuration = JsonSerializer.Deserialize<HuggingFaceConfiguration>(File.ReadAllText(path), JsonOptions)
                ?? throw new InvalidDataException($"{path}: holds null, not a configuration");
            configuration.Validate();
            return configuration;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>The same model in our terms.</summary>
    /// <param name="options">Tokens of a sequence.</param>
    /// <param name="labels">Outputs of the classifier; 0 without one.</param>
    /// <exception cref="ArgumentException">More tokens than there are positions, or a value out of the model's range.</exception>
    internal BertConfiguration ToBertConfiguration(ImportOptions options, int labels)
    {
        if (options.SequenceLength > MaxPositionEmbeddings)
            throw new ArgumentException($"sequence_length is {options.SequenceLength}; the model has {MaxPositionEmbeddings} positions");
        return new BertConfiguration
        {
            Architecture = "hf-bert",
            VocabularySize = VocabSize,
            Layers = NumHiddenLayers,
            Hidden = HiddenSize,
            Heads = NumAttentionHeads,
            FeedForward = IntermediateSize,
            SequenceLength = options.SequenceLength,
            Kernel = AttentionKernel.Softmax,
            Gate = FeedForwardGate.Gelu,
            Style = EncoderStyle.Original,
            PaddingToken = PadTokenId,
            TokenTypes = Math.Min(TypeVocabSize, 2),
            NormEpsilon = LayerNormEpsilon,
            HeadProjection = HiddenSize,
            HeadHidden = HiddenSize,
            // A classifier of one output is a regression.
            Classes = labels == 1 ? 0 : Math.Max(labels, 2),
        };
    }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value out of its range; the message names the field, the value and the range.</exception>
    public void Validate()
    {
        Requirement.Check(ModelType == "bert", ModelType, "bert; other models are not imported");
        Requirement.Check(HiddenAct == "gelu", HiddenAct, "gelu; other activations are not imported");
        Requirement.Check(PositionEmbeddingType == "absolute", PositionEmbeddingType, "absolute; other positions are not imported");
        Requirement.Check(VocabSize is >= 1 and <= 1 << 20, VocabSize, "1 to 1048576");
        Requirement.Check(PadTokenId is null || (PadTokenId >= 0 && PadTokenId < VocabSize), PadTokenId ?? 0, $"null or 0 to {VocabSize - 1}", "pad_token_id");
        Requirement.Check(MaxPositionEmbeddings is >= 1 and <= 1 << 16, MaxPositionEmbeddings, "1 to 65536");
        Requirement.Check(TypeVocabSize is >= 1 and <= 1024, TypeVocabSize, "1 to 1024");
        Requirement.Check(HiddenSize is >= 1 and <= 1 << 14, HiddenSize, "1 to 16384");
        Requirement.Check(IntermediateSize is >= 1 and <= 1 << 16, IntermediateSize, "1 to 65536");
        Requirement.Check(NumHiddenLayers is >= 1 and <= 256, NumHiddenLayers, "1 to 256");
        Requirement.Check(
            NumAttentionHeads >= 1 && HiddenSize % NumAttentionHeads == 0, NumAttentionHeads, $"a divisor of hidden_size ({HiddenSize})");
        Requirement.Check(LayerNormEpsilon is >= 0 and < 1, LayerNormEpsilon, "0 up to but not including 1", "layer_norm_eps");
    }
}

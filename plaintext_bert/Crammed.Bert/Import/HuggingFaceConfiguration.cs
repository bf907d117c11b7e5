using System.Text.Json;
using System.Text.Json.Serialization;
using Crammed.Files;

namespace Crammed.Bert;

/// <summary>
/// Sizes of a BERT as Hugging Face's transformers writes them to config.json (BertConfig), with its defaults where old files lack a field.
/// What would change the arithmetic is checked; fields that are not here are ignored, since every version writes more.
/// </summary>
public sealed record HuggingFaceConfiguration
{
    /// <summary>The architecture whose classifier tells classes of a text, or a score.</summary>
    private const string Classifier = "BertForSequenceClassification";

    /// <summary>What makes it another model than BERT's encoder, where it is set at all.</summary>
    private static readonly string[] Refused = ["is_decoder", "add_cross_attention", "pruned_heads", "quantization_config", "auto_map"];

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Must be bert.</summary>
    public string ModelType { get; init; } = "bert";

    /// <summary>The classes that the weights are of; all must be BERT's.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Must be gelu (or its other spelling, gelu_python), x Phi(x) with the error function; gelu_new and others differ.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Must be absolute: learned positions, added to the embedding.</summary>
    public string PositionEmbeddingType { get; init; } = "absolute";

    /// <summary>Rows of the word embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>The token whose embedding is not trained by look-ups; null: none.</summary>
    public int? PadTokenId { get; init; } = 0;

    /// <summary>Rows of the position embedding.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Rows of the token-type embedding.</summary>
    public int TypeVocabSize { get; init; } = 2;

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
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary>Probability of dropping a value in full fine-tuning.</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>That of dropping an attention weight; must be the same.</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>What the classifier's outputs are for: null, regression (one output) or single_label_classification.</summary>
    public string? ProblemType { get; init; }

    /// <summary>Outputs of the classifier; null where the labels' names say it.</summary>
    public int? NumLabels { get; init; }

    /// <summary>Names of the classifier's outputs by number; null where it is not said.</summary>
    [JsonPropertyName("id2label")]
    public IReadOnlyDictionary<string, string>? LabelNames { get; init; }

    /// <summary>The inverse of <see cref="LabelNames"/>; must agree with it.</summary>
    [JsonPropertyName("label2id")]
    public IReadOnlyDictionary<string, JsonElement>? LabelNumbers { get; init; }

    /// <summary>All other fields.</summary>
    [JsonExtensionData]
    [JsonInclude]
    internal Dictionary<string, JsonElement> Others { get; init; } = [];

    /// <summary>Reads and checks config.json.</summary>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="InvalidDataException">
    /// Malformed JSON, a missing field, a value out of its range, or another model than BERT; names the field and the value.
    /// </exception>
    public static HuggingFaceConfiguration Read(string path) => JsonFile.Read<HuggingFaceConfiguration>(
        path, JsonOptions, "Hugging Face writes it beside a model's weights", configuration => configuration.Validate());

    /// <summary>Names of a classifier's outputs in their order; null for a score, and where they are only numbered (LABEL_0).</summary>
    /// <param name="outputs">Rows of the classifier that is there.</param>
    /// <exception cref="ArgumentException">The classifier is none of texts, or the fields about its outputs disagree.</exception>
    internal IReadOnlyList<string>? Labels(int outputs)
    {
        Requirement.Check(
            Architectures is null or [] || Architectures.Contains(Classifier), string.Join(", ", Architectures ?? []),
            $"{Classifier} where there is a pooler and a classifier", nameof(Architectures));
        Requirement.Check(
            ProblemType is null || (outputs == 1 ? ProblemType == "regression" : ProblemType == "single_label_classification"),
            ProblemType ?? "null", $"what {outputs} outputs of the classifier are for: null, or "
                + (outputs == 1 ? "regression" : "single_label_classification"), nameof(ProblemType));
        Requirement.Check(
            NumLabels is null || NumLabels == outputs, NumLabels ?? 0, $"{outputs}, the outputs of the classifier", nameof(NumLabels));
        if (outputs == 1 || LabelNames is null)
            return null;
        var names = Enumerable.Range(0, outputs).Select(id => LabelNames.GetValueOrDefault($"{id}") ?? "").ToList();
        Requirement.Check(
            LabelNames.Count == outputs && !names.Contains("") && names.Distinct().Count() == outputs, string.Join(", ", LabelNames),
            $"a name for each of the classifier's {outputs} outputs", "id2label");
        var disagreeing = LabelNumbers?.FirstOrDefault(
            label => label.Value.ToString() is var id && LabelNames.GetValueOrDefault(id) != label.Key) ?? default;
        Requirement.Check(disagreeing.Key is null, disagreeing, "the inverse of id2label", "label2id");
        return names.Select((name, id) => name.Equals($"LABEL_{id}", StringComparison.OrdinalIgnoreCase)).All(isNumber => isNumber)
            ? null
            : names;
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
            Dropout = HiddenDropoutProb,
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
        var other = Architectures?.FirstOrDefault(architecture => architecture?.StartsWith("Bert", StringComparison.Ordinal) != true);
        Requirement.Check(other is null, other ?? "", "BERT's; other models are not imported", nameof(Architectures));
        foreach (var name in Refused)
        {
            var value = Others.GetValueOrDefault(name);
            Requirement.Check(value.IsUnset(), value.Written(), "null, false or empty; such models are not imported", name);
        }

        Requirement.Check(HiddenAct is "gelu" or "gelu_python", HiddenAct, "gelu; other activations are not imported");
        Requirement.Check(PositionEmbeddingType == "absolute", PositionEmbeddingType, "absolute; other positions are not imported");
        Requirement.Check(VocabSize is >= 1 and <= 1 << 20, VocabSize, "1 to 1048576");
        Requirement.Check(
            PadTokenId is null || (PadTokenId >= 0 && PadTokenId < VocabSize), PadTokenId ?? 0, $"null or 0 to {VocabSize - 1}",
            nameof(PadTokenId));
        Requirement.Check(MaxPositionEmbeddings is >= 1 and <= 1 << 16, MaxPositionEmbeddings, "1 to 65536");
        Requirement.Check(TypeVocabSize is >= 1 and <= 1024, TypeVocabSize, "1 to 1024");
        Requirement.Check(HiddenSize is >= 1 and <= 1 << 14, HiddenSize, "1 to 16384");
        Requirement.Check(IntermediateSize is >= 1 and <= 1 << 16, IntermediateSize, "1 to 65536");
        Requirement.Check(NumHiddenLayers is >= 1 and <= 256, NumHiddenLayers, "1 to 256");
        Requirement.Check(
            NumAttentionHeads >= 1 && HiddenSize % NumAttentionHeads == 0, NumAttentionHeads, $"a divisor of hidden_size ({HiddenSize})");
        Requirement.Check(HiddenDropoutProb is >= 0 and < 1, HiddenDropoutProb, "0 up to but not including 1");
        Requirement.Check(
            AttentionProbsDropoutProb == HiddenDropoutProb, AttentionProbsDropoutProb,
            $"as hidden_dropout_prob ({HiddenDropoutProb}); they matter in full fine-tuning alone");
        Requirement.Check(LayerNormEpsilon is >= 0 and < 1, LayerNormEpsilon, "0 up to but not including 1", "layer_norm_eps");
    }
}

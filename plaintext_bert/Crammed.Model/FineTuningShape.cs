using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crammed.Model;

/// <summary>The sizes that a draw's tensors depend on; a draw fits only a model and data with the same ones.</summary>
/// <param name="Layers">Encoder layers.</param>
/// <param name="Hidden">Width of the encoder.</param>
/// <param name="SequenceLength">Tokens per example, padding included.</param>
/// <param name="HeadProjection">Width p of the head's first linear layer.</param>
/// <param name="HeadHidden">Width m of the head's second linear layer.</param>
/// <param name="Classes">Classes, 0 for regression.</param>
public sealed record FineTuningShape(int Layers, int Hidden, int SequenceLength, int HeadProjection, int HeadHidden, int Classes)
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>
    /// The largest absolute score of a task without classes, as far as it is known: gradients of the squared error are as large as scores.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double LargestScore { get; init; }

    /// <summary>
    /// What the loss changes by with an output, at most, while outputs are no larger than what they are to become: 1 of cross-entropy.
    /// </summary>
    [JsonIgnore]
    public double LargestSlope => Classes == 0 ? Math.Max(1, 2 * LargestScore) : 1;

    /// <summary>Outputs of the classifier: the classes, or one for regression.</summary>
    [JsonIgnore]
    public int Outputs => Math.Max(1, Classes);

    /// <summary>Adapters of a draw.</summary>
    [JsonIgnore]
    public int AdapterCount => AdapterIndex(Layers, 0);

    public static FineTuningShape Of(BertConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new FineTuningShape(
            configuration.Layers,
            configuration.Hidden,
            configuration.SequenceLength,
            configuration.HeadProjection,
            configuration.HeadHidden,
            configuration.Classes);
    }

    /// <summary>Refuses an encoder with other sizes. The head's sizes are the draw's own: an encoder serves any task.</summary>
    /// <exception cref="ArgumentException">Layers, width or sequence length differ.</exception>
    public void RequireFits(BertConfiguration configuration)
    {
        if ((configuration.Layers, configuration.Hidden, configuration.SequenceLength) == (Layers, Hidden, SequenceLength))
            return;
        throw new ArgumentException(
            $"draw or weights are for {Layers} layers of width {Hidden} and {SequenceLength} tokens; the model has {configuration.Layers} "
            + $"of width {configuration.Hidden} and {configuration.SequenceLength}; draw a new draw for this model");
    }

    public string ToJson() => JsonSerializer.Serialize(this, JsonOptions);

    /// <exception cref="JsonException">Malformed JSON, an unknown or a missing name.</exception>
    /// <exception cref="ArgumentException">A size out of its range.</exception>
    public static FineTuningShape FromJson(string json)
    {
        var shape = JsonSerializer.Deserialize<FineTuningShape>(json, JsonOptions) ?? throw new JsonException("null instead of a shape");
        shape.Validate();
        return shape;
    }

    /// <exception cref="ArgumentException">A size out of its range.</exception>
    public void Validate()
    {
        Requirement.Check(Layers is >= 1 and <= BertConfiguration.MaximumLayers, Layers, $"1 to {BertConfiguration.MaximumLayers}");
        RequireWidth(Hidden);
        RequireWidth(SequenceLength);
        RequireWidth(HeadProjection);
        RequireWidth(HeadHidden);
        Requirement.Check(
            Classes is 0 or (>= 2 and <= BertConfiguration.MaximumClasses),
            Classes,
            $"0 (regression) or 2 to {BertConfiguration.MaximumClasses}");
        Requirement.Check(LargestScore >= 0 && double.IsFinite(LargestScore), LargestScore, "0 or more");
    }

    private static void RequireWidth(int width, [CallerArgumentExpression(nameof(width))] string name = "") =>
        Requirement.Check(width is >= 1 and <= BertConfiguration.MaximumWidth, width, $"1 to {BertConfiguration.MaximumWidth}", name);

    /// <summary>The classification head's tensors, [in, out] and [out], in their order.</summary>
    internal IEnumerable<(string Name, long[] Shape)> HeadTensorShapes()
    {
        long[] widths = [Hidden, HeadProjection, HeadHidden, Outputs];
        for (var i = 0; i < TrainedTensorNames.HeadLinears.Count; i++)
        {
            yield return (TrainedTensorNames.Weight(TrainedTensorNames.HeadLinears[i]), [widths[i], widths[i + 1]]);
            yield return (TrainedTensorNames.Bias(TrainedTensorNames.HeadLinears[i]), [widths[i + 1]]);
        }
    }

    /// <summary>The adapters of a draw in the order of its tensors and of its dropout masks, which is <c>Index</c>.</summary>
    public IEnumerable<(int Index, int Layer, string Projection)> Adapters() =>
        from layer in Enumerable.Range(0, Layers)
        from projection in TrainedTensorNames.Projections.Index()
        select (AdapterIndex(layer, projection.Index), layer, projection.Item);

    /// <summary>The place of a layer's adapter on query (0), key (1) or value (2) among all.</summary>
    public static int AdapterIndex(int layer, int projection) => (layer * TrainedTensorNames.Projections.Count) + projection;

    /// <summary>Every trained tensor of an adapter run: adapters layer by layer, then the head.</summary>
    public IEnumerable<(string Name, long[] Shape)> TensorShapes(int rank)
    {
        foreach (var (_, layer, projection) in Adapters())
        {
            yield return (TrainedTensorNames.NameA(layer, projection), [Hidden, rank]);
            yield return (TrainedTensorNames.NameB(layer, projection), [rank, Hidden]);
        }

        foreach (var tensor in HeadTensorShapes())
            yield return tensor;
    }
}

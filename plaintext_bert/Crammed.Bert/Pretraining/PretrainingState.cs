using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crammed.Bert;

/// <summary>The numbers of a checkpoint, beside its tensors.</summary>
/// <param name="Steps">Steps done.</param>
/// <param name="Tokens">Tokens trained on, padding not counted.</param>
/// <param name="Seconds">Seconds trained.</param>
/// <param name="Position">Where the data is.</param>
internal sealed record PretrainingState(int Steps, long Tokens, double Seconds, PretrainingPosition Position)
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public string ToJson() => JsonSerializer.Serialize(this, JsonOptions);

    /// <exception cref="JsonException">Malformed, or a field is missing or unknown.</exception>
    /// <exception cref="ArgumentException">A number out of its range.</exception>
    public static PretrainingState Parse(string json)
    {
        var state = JsonSerializer.Deserialize<PretrainingState>(json, JsonOptions) ?? throw new JsonException("null");
        Requirement.Check(state.Steps >= 0, state.Steps, "0 or more", "steps");
        Requirement.Check(state.Tokens >= 0, state.Tokens, "0 or more", "tokens");
        Requirement.Check(state.Seconds is >= 0 and < 1e10, state.Seconds, "0 or more", "seconds");
        var position = state.Position;
        Requirement.Check(position.MicroBatches >= 0, position.MicroBatches, "0 or more", "micro_batches");
        // An order of at least one item counts its epochs in 31 bits.
        Requirement.Check(position.Sequences is >= 0 and < int.MaxValue, position.Sequences, "0 to 2147483646", "sequences");
        Requirement.Check(position.Documents is >= 0 and < int.MaxValue, position.Documents, "0 to 2147483646", "documents");
        return state;
    }
}

/// <summary>
/// Where a run is in its data. With the seed it fixes everything random that follows: masks are drawn from a stream of their own for each
/// micro-batch, orders from one for each epoch.
/// </summary>
/// <param name="MicroBatches">Micro-batches masked.</param>
/// <param name="Sequences">Packed sequences taken, over all epochs.</param>
/// <param name="Documents">Single documents taken, over all epochs.</param>
internal sealed record PretrainingPosition(long MicroBatches, long Sequences, long Documents);

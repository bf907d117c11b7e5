using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crammed.Model;

/// <summary>
/// Hyperparameters of a fine-tuning run, kept in a draw's metadata so that every side trains with the same ones.
/// Defaults suit a few encrypted steps of a narrow model: epsilon is as large as the second moments themselves (about 0.02 with the
/// draw's initial weights), so that the optimizer's inverse root is needed on a ratio of 3 only, and the rate makes up for it.
/// </summary>
public sealed record FineTuningSettings
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    public int Steps { get; init; } = 16;

    public int BatchSize { get; init; } = 64;

    /// <summary>Learning rate at the first step; see <see cref="LearningRateAt"/>.</summary>
    public double LearningRate { get; init; } = 0.05;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the second moment inside the root: step = rate * m / sqrt(v + epsilon).</summary>
    public double Epsilon { get; init; } = 0.01;

    /// <summary>Decoupled decay theta &lt;- theta - rate * decay * theta, on every trained tensor of an adapter run.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Rank r of the adapters.</summary>
    public int Rank { get; init; } = 2;

    /// <summary>LoRA alpha: the adapters' product is scaled by alpha / rank.</summary>
    public double Alpha { get; init; } = 2;

    /// <summary>Probability of dropping a value on the adapters' rank-r side; 0 leaves the masks out of the draw.</summary>
    public double AdapterDropout { get; init; }

    /// <summary>
    /// Cosine schedule without warm-up: rate(t) = rate * (1 + cos(pi t / steps)) / 2 for t = 0 .. steps - 1; off = constant.
    /// </summary>
    public bool CosineSchedule { get; init; } = true;

    /// <summary>Learning rate of step t, counted from 0.</summary>
    public double LearningRateAt(int step) =>
        CosineSchedule ? LearningRate * (1 + Math.Cos(Math.PI * step / Steps)) / 2 : LearningRate;

    /// <summary>One line of JSON with snake_case names.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JsonOptions);

    /// <summary>Reads and validates what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="ArgumentException">A value out of its range.</exception>
    /// <exception cref="JsonException">Malformed JSON or an unknown name.</exception>
    public static FineTuningSettings FromJson(string json)
    {
        var settings = JsonSerializer.Deserialize<FineTuningSettings>(json, JsonOptions)
            ?? throw new JsonException("null instead of hyperparameters");
        settings.Validate();
        return settings;
    }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value out of its range; the message names the field, the value and the range.</exception>
    public void Validate()
    {
        Requirement.Check(Steps is >= 1 and <= 1_000_000, Steps, "1 to 1000000");
        Requirement.Check(BatchSize is >= 1 and <= 65536, BatchSize, "1 to 65536");
        Requirement.Check(LearningRate is > 0 and <= 10, LearningRate, "above 0, up to 10");
        Requirement.Check(Beta1 is >= 0 and < 1, Beta1, "0 up to but not including 1");
        Requirement.Check(Beta2 is >= 0 and < 1, Beta2, "0 up to but not including 1");
        Requirement.Check(Epsilon is > 0 and <= 10, Epsilon, "above 0, up to 10");
        Requirement.Check(WeightDecay is >= 0 and <= 1, WeightDecay, "0 to 1");
        Requirement.Check(Rank is >= 1 and <= 256, Rank, "1 to 256");
        Requirement.Check(Alpha is > 0 and <= 1024, Alpha, "above 0, up to 1024");
        Requirement.Check(AdapterDropout is >= 0 and < 1, AdapterDropout, "0 up to but not including 1");
    }
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crammed.Model;

/// <summary>
/// Hyperparameters of a fine-tuning run, kept in a draw's metadata so that every side trains with the same ones.
/// Defaults suit a few encrypted steps of a narrow model: epsilon is as large as the second moments themselves (about 0.02 with the
/// draw's initial weights), so that the optimizer's inverse root is needed on a ratio of 3 only, and the rate makes up for it.
/// Not sealed: a program's settings may add to them what does not belong in a draw.
/// </summary>
public record FineTuningSettings
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    [Description("optimizer steps"), Range(1, 1_000_000)]
    public int Steps { get; init; } = 16;

    [DisplayName("batch"), Description("examples in a step"), Range(1, 65536)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Learning rate at the first step; see <see cref="LearningRateAt"/>.</summary>
    [Description("peak learning rate; follows a cosine to zero"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 0.05;

    [Description("adamw-he, or nesterov, whose momentum is the first of the betas")]
    public UpdateRule Optimizer { get; init; }

    [Browsable(false)]
    public double Beta1 { get; init; } = 0.9;

    [Browsable(false)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>The decay rates together, as files of settings have them.</summary>
    /// <exception cref="ArgumentException">There are not two.</exception>
    [JsonIgnore, Description("decay rates of the first and second moment"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public IReadOnlyList<double> Betas
    {
        get => [Beta1, Beta2];
        init => (Beta1, Beta2) = value is [var first, var second]
            ? (first, second)
            : throw new SettingFault("betas", $"has {value.Count} values; it must have two").ToException();
    }

    /// <summary>Added to the second moment inside the root: step = rate * m / sqrt(v + epsilon).</summary>
    [Description("epsilon, inside the root"), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 0.01;

    /// <summary>Decoupled decay theta &lt;- theta - rate * decay * theta, on every trained tensor of an adapter run.</summary>
    [Description("decoupled weight decay"), Range(0.0, 1.0)]
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Rank r of the adapters.</summary>
    [Description("rank of the adapters"), Range(1, 256)]
    public int Rank { get; init; } = 2;

    /// <summary>LoRA alpha: the adapters' product is scaled by alpha / rank.</summary>
    [Description("adapters are scaled by alpha / rank"), Range(0.0, 1024.0, MinimumIsExclusive = true)]
    public double Alpha { get; init; } = 2;

    /// <summary>Probability of dropping a value on the adapters' rank-r side; 0 leaves the masks out of the draw.</summary>
    [DisplayName("dropout"), Description("share of adapter activations dropped"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double AdapterDropout { get; init; }

    /// <summary>
    /// Cosine schedule without warm-up: rate(t) = rate * (1 + cos(pi t / steps)) / 2 for t = 0 .. steps - 1; off = constant.
    /// </summary>
    [Browsable(false)]
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
        SettingsRange.Check(settings);
        return settings;
    }

    /// <summary>The settings alone, without what a derived record adds.</summary>
    protected FineTuningSettings Plain() => new(this);
}

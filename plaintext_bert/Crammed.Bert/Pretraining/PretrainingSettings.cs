using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Crammed.Bert;

/// <summary>Type of the factors of products with weight matrices, decoder included; weights and everything else are float32.</summary>
public enum MatrixProductPrecision
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>
    /// Factors and results rounded to 8 significant bits, sums in binary32. Attention's own products stay binary32: the kernel's argument
    /// is a difference of squares, in which such rounding would leave few bits.
    /// </summary>
    Bfloat16,

    /// <summary>Bfloat16 where the processor has such products, float32 elsewhere; a resumed run keeps what it was started with.</summary>
    Auto,
}

/// <summary>
/// The pretraining recipe (Geiping and Goldstein 2023; Rho et al. 2025): masked-token prediction, AdamW, one budget that the learning
/// rate follows, no dropout; and the range penalties that keep the inputs of non-polynomial functions in narrow intervals.
/// Own additions: single documents beside the packed sequences, whose first token also predicts the masked words, so that a few
/// encrypted steps of fine-tuning find a first token that already says what the text is about. Both off (0) is the published recipe.
/// Not sealed: a program's settings may add to them.
/// </summary>
public record PretrainingSettings
{
    /// <summary>Stops after this many seconds of training. Not reproducible, steps and tokens are.</summary>
    [Description("budget in seconds of training; null: another budget counts")]
    [Range(0.0, 1e8, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double? BudgetSeconds { get; init; }

    /// <summary>Stops after this many steps; exactly one of the three budgets must be given.</summary>
    [DisplayName("steps"), Description("budget in steps; null: another budget counts"), Range(1, int.MaxValue)]
    public int? BudgetSteps { get; init; }

    /// <summary>Stops with the step that reaches this many tokens, padding not counted.</summary>
    [DisplayName("tokens"), Description("budget in tokens, padding not counted; null: another budget counts"), Range(1.0, 1e18)]
    public long? BudgetTokens { get; init; }

    [Description("seed of initial weights, order and masks"), Range(0.0, double.MaxValue)]
    public long Seed { get; init; }

    /// <summary>Packed sequences per step, once the ramp has ended.</summary>
    [DisplayName("batch"), Description("packed sequences in a step, in micro-batches of at most impl.microbatch_size"), Range(1, 65536)]
    public int BatchSize { get; init; } = 32;

    /// <summary>Most packed sequences in one forward and backward pass; larger steps accumulate gradients. Null: the whole step.</summary>
    [Browsable(false), Range(1, 65536)]
    public int? MicroBatchSize { get; init; }

    /// <summary>
    /// Share of the budget over which the step grows linearly from one micro-batch to <see cref="BatchSize"/>; 0 = none, 0.6 as published.
    /// </summary>
    [Description("share of the budget over which a step grows linearly from one micro-batch to train.batch"), Range(0.0, 1.0)]
    public double BatchRamp { get; init; }

    /// <summary>
    /// Single documents per step besides the packed sequences, padded to the longest of them: what fine-tuning inputs look like.
    /// </summary>
    [DisplayName("document_batch"), Description("single padded documents in a step besides the sequences, as in fine-tuning"), Range(0, 65536)]
    public int DocumentBatchSize { get; init; } = 32;

    /// <summary>Peak learning rate, reached at 75% of the budget.</summary>
    [Description("peak learning rate of AdamW"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 1e-3;

    [Browsable(false)]
    public double Beta1 { get; init; } = 0.9;

    [Browsable(false)]
    public double Beta2 { get; init; } = 0.98;

    /// <summary>The decay rates together, as files of settings have them.</summary>
    /// <exception cref="ArgumentException">There are not two.</exception>
    [JsonIgnore, Description("AdamW's decay rates of the first and second moment"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public IReadOnlyList<double> Betas
    {
        get => [Beta1, Beta2];
        init => (Beta1, Beta2) = value is [var first, var second]
            ? (first, second)
            : throw new SettingFault("betas", $"has {value.Count} values; it must have two").ToException();
    }

    [Description("AdamW's epsilon"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-12;

    /// <summary>Decoupled decay of matrices; norms, biases and the position scale are not decayed.</summary>
    [Description("decoupled weight decay, on all but norms and biases"), Range(0.0, 1.0)]
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest L2 norm of the gradient.</summary>
    [DisplayName("clip_norm"), Description("largest norm of the gradient"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double GradientClip { get; init; } = 0.5;

    /// <summary>Part of the tokens to be predicted.</summary>
    [Description("share of the tokens to predict"), Range(0.0, 0.9, MinimumIsExclusive = true)]
    public double MaskedFraction { get; init; } = 0.25;

    /// <summary>
    /// Weight of predicting a single document's masked tokens from its first token's state alone, without their positions.
    /// </summary>
    [Description("weight of predicting tokens from the first token's state alone"), Range(0.0, 100.0)]
    public double FirstTokenWeight { get; init; } = 1;

    /// <summary>Part of the documents kept for the held-out loss.</summary>
    [Description("share of the documents kept for the held-out loss"), Range(0.0, 0.5, MinimumIsExclusive = true)]
    public double HeldOutFraction { get; init; } = 0.02;

    /// <summary>The held-out loss is taken each time this share of the budget has been used, and at the end.</summary>
    [Description("share of the budget between two held-out losses"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double HeldOutInterval { get; init; } = 0.1;

    /// <summary>Float32 gives the same run on every processor.</summary>
    [Browsable(false)]
    public MatrixProductPrecision Precision { get; init; } = MatrixProductPrecision.Float32;

    [Description("penalties that keep the inputs of non-polynomial functions in narrow ranges")]
    public RangePenaltySettings Penalty { get; init; } = new();

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value out of its range; the message names the field, the value and the range.</exception>
    public void Validate()
    {
        if (new object?[] { BudgetSeconds, BudgetSteps, BudgetTokens }.Count(budget => budget is not null) != 1)
            throw new ArgumentException("give exactly one budget: budget_seconds, budget_steps or budget_tokens");
        SettingsRange.Check(this);
        SettingsRange.Check(Penalty);
    }

    /// <summary>These settings with a precision in the place of auto: that of the run to resume, or the processor's.</summary>
    /// <exception cref="InvalidDataException">The checkpoint does not say which it had.</exception>
    public PretrainingSettings Resolved(PretrainingCheckpoint? resumed) => Precision != MatrixProductPrecision.Auto ? this : this with
    {
        Precision = resumed is not null ? resumed.Precision
            : MatrixProducts.HasBfloat16 ? MatrixProductPrecision.Bfloat16 : MatrixProductPrecision.Float32,
    };

    /// <summary>Share of the budget used up, 0 to 1 and beyond.</summary>
    internal double UsedBudget(int steps, long tokens, double seconds) => this switch
    {
        { BudgetSteps: { } budget } => steps / (double)budget,
        { BudgetTokens: { } budget } => tokens / (double)budget,
        _ => seconds / BudgetSeconds!.Value,
    };

    /// <summary>Whether the held-out loss is due after a step between these two shares of the budget.</summary>
    internal bool IsHeldOutDue(double before, double after)
    {
        // Ten steps of a tenth each are ten intervals, whatever the rounding of their quotients.
        const double Rounding = 1e-9;
        return after >= 1 || Math.Floor((after / HeldOutInterval) + Rounding) > Math.Floor((before / HeldOutInterval) + Rounding);
    }

    /// <summary>
    /// budget-triangle2: with t the used part of the budget, the peak rate times min(1/4 + t, 4 (1 - t)): from 1/4 up to 1 at
    /// t = 3/4, then down to 0.
    /// </summary>
    internal double LearningRateAt(double usedBudget) =>
        LearningRate * Math.Max(0, Math.Min(0.25 + usedBudget, 4 * (1 - usedBudget)));

    /// <summary>The settings alone, without what a derived record adds.</summary>
    protected PretrainingSettings Plain() => new(this);
}

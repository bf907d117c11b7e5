namespace Crammed.Bert;

/// <summary>
/// The pretraining recipe (Geiping and Goldstein 2023; Rho et al. 2025): masked-token prediction, AdamW, one budget that the learning
/// rate follows, no dropout; and the range penalties that keep the inputs of non-polynomial functions in narrow intervals.
/// Own additions: single documents beside the packed sequences, whose first token also predicts the masked words, so that a few
/// encrypted steps of fine-tuning find a first token that already says what the text is about. Both off (0) is the published recipe.
/// </summary>
public sealed record PretrainingSettings
{
    /// <summary>Stops after this many seconds of training. Not reproducible, steps and tokens are.</summary>
    public double? BudgetSeconds { get; init; }

    /// <summary>Stops after this many steps; exactly one of the three budgets must be given.</summary>
    public int? BudgetSteps { get; init; }

    /// <summary>Stops with the step that reaches this many tokens, padding not counted.</summary>
    public long? BudgetTokens { get; init; }

    public long Seed { get; init; }

    /// <summary>Packed sequences per step, once the ramp has ended.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Most packed sequences in one forward and backward pass; larger steps accumulate gradients. Null: the whole step.</summary>
    public int? MicroBatchSize { get; init; }

    /// <summary>
    /// Share of the budget over which the step grows linearly from one micro-batch to <see cref="BatchSize"/>; 0 = none, 0.6 as published.
    /// </summary>
    public double BatchRamp { get; init; }

    /// <summary>
    /// Single documents per step besides the packed sequences, padded to the longest of them: what fine-tuning inputs look like.
    /// </summary>
    public int DocumentBatchSize { get; init; } = 32;

    /// <summary>Peak learning rate, reached at 75% of the budget.</summary>
    public double LearningRate { get; init; } = 1e-3;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.98;

    public double Epsilon { get; init; } = 1e-12;

    /// <summary>Decoupled decay of matrices; norms, biases and the position scale are not decayed.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest L2 norm of the gradient.</summary>
    public double GradientClip { get; init; } = 0.5;

    /// <summary>Part of the tokens to be predicted.</summary>
    public double MaskedFraction { get; init; } = 0.25;

    /// <summary>
    /// Weight of predicting a single document's masked tokens from its first token's state alone, without their positions.
    /// </summary>
    public double FirstTokenWeight { get; init; } = 1;

    /// <summary>Part of the documents kept for the held-out loss.</summary>
    public double HeldOutFraction { get; init; } = 0.02;

    /// <summary>The held-out loss is taken each time this share of the budget has been used, and at the end.</summary>
    public double HeldOutInterval { get; init; } = 0.1;

    /// <summary>Float32 gives the same run on every processor.</summary>
    public MatrixProductPrecision Precision { get; init; } = MatrixProductPrecision.Float32;

    public RangePenaltySettings Penalty { get; init; } = new();

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value out of its range; the message names the field, the value and the range.</exception>
    public void Validate()
    {
        if (new object?[] { BudgetSeconds, BudgetSteps, BudgetTokens }.Count(budget => budget is not null) != 1)
            throw new ArgumentException("give exactly one budget: budget_seconds, budget_steps or budget_tokens");
        Requirement.Check(BudgetSeconds is null or (> 0 and < 1e8), BudgetSeconds ?? 0, "above 0, below 1e8", "budget_seconds");
        Requirement.Check(BudgetSteps is null or > 0, BudgetSteps ?? 0, "1 or more", "budget_steps");
        Requirement.Check(BudgetTokens is null or > 0, BudgetTokens ?? 0, "1 or more", "budget_tokens");
        Requirement.Check(BatchSize is >= 1 and <= 65536, BatchSize, "1 to 65536");
        Requirement.Check(MicroBatchSize is null or (>= 1 and <= 65536), MicroBatchSize ?? 0, "1 to 65536", "micro_batch_size");
        Requirement.Check(BatchRamp is >= 0 and <= 1, BatchRamp, "0 to 1");
        Requirement.Check(DocumentBatchSize is >= 0 and <= 65536, DocumentBatchSize, "0 to 65536");
        Requirement.Check(LearningRate is > 0 and <= 1, LearningRate, "above 0, up to 1");
        Requirement.Check(Beta1 is >= 0 and < 1, Beta1, "0 up to but not including 1");
        Requirement.Check(Beta2 is >= 0 and < 1, Beta2, "0 up to but not including 1");
        Requirement.Check(Epsilon is > 0 and <= 1, Epsilon, "above 0, up to 1");
        Requirement.Check(WeightDecay is >= 0 and <= 1, WeightDecay, "0 to 1");
        Requirement.Check(GradientClip > 0, GradientClip, "above 0");
        Requirement.Check(MaskedFraction is > 0 and <= 0.9, MaskedFraction, "above 0, up to 0.9");
        Requirement.Check(FirstTokenWeight is >= 0 and <= 100, FirstTokenWeight, "0 to 100");
        Requirement.Check(HeldOutFraction is > 0 and <= 0.5, HeldOutFraction, "above 0, up to 0.5");
        Requirement.Check(HeldOutInterval is > 0 and <= 1, HeldOutInterval, "above 0, up to 1");
        Requirement.Check(Enum.IsDefined(Precision), Precision, "float32, bfloat16 or auto");
        Penalty.Validate();
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
}

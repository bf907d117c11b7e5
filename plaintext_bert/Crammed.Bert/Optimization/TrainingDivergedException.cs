namespace Crammed.Bert;

/// <summary>
/// Training diverged: a loss or a gradient is no longer finite, or a second moment has left the domain of the optimizer's polynomial. The
/// weights are those before the failing step.
/// </summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    private const string PretrainingRemedy = "lower the learning rate, clip at a smaller norm or strengthen the kernel penalty";

    /// <param name="step">The failing step, from 1.</param>
    /// <param name="what">What is wrong, with its value: "the loss is NaN".</param>
    /// <param name="remedy">What to do.</param>
    public TrainingDivergedException(int step, string what, string remedy = PretrainingRemedy)
        : base($"{what} at step {step}; {remedy}") => Step = step;

    /// <summary>The failing step, from 1.</summary>
    public int Step { get; }
}

namespace Crammed.Bert;

/// <summary>Training diverged: a loss or a gradient is no longer finite. The weights are those before the failing step.</summary>
public sealed class NonFiniteLossException : InvalidOperationException
{
    private const string PretrainingRemedy = "lower the learning rate, clip at a smaller norm or strengthen the kernel penalty";

    /// <param name="step">The failing step, from 1.</param>
    /// <param name="what">What is not finite, with its value: "the loss is NaN".</param>
    /// <param name="remedy">What to do.</param>
    public NonFiniteLossException(int step, string what, string remedy = PretrainingRemedy)
        : base($"{what} at step {step}; {remedy}") => Step = step;

    /// <summary>The failing step, from 1.</summary>
    public int Step { get; }
}

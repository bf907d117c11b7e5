namespace Crammed.Bert;

/// <summary>What a pretraining run did.</summary>
/// <param name="Steps">Steps taken.</param>
/// <param name="Tokens">Tokens trained on, padding not counted.</param>
/// <param name="Seconds">Seconds of training, held-out evaluation included.</param>
/// <param name="TrainingLoss">Masked-token loss averaged over the last tenth of the steps, nats.</param>
/// <param name="HeldOutLoss">
/// Masked-token loss on held-out packed sequences, nats; of an interrupted run the latest taken, NaN before any.
/// </param>
/// <param name="Interrupted">Whether it was cancelled before its budget was used; the model is then as after the last full step.</param>
/// <param name="Metrics">Every step, those before a resumption included.</param>
public sealed record PretrainingResult(
    int Steps, long Tokens, double Seconds, double TrainingLoss, double HeldOutLoss, bool Interrupted,
    IReadOnlyList<PretrainingMetrics> Metrics)
{
    /// <summary>e^held-out loss: among how many equally likely tokens the model is left to choose.</summary>
    public double HeldOutPerplexity => Math.Exp(HeldOutLoss);

    public double TokensPerSecond => Tokens / Seconds;
}

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

/// <summary>What one step of pretraining gave.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="Loss">Masked-token loss, nats, the mean over the step's micro-batches.</param>
/// <param name="Penalty">What the range penalties added to it.</param>
/// <param name="HeldOutLoss">Masked-token loss on held-out sequences after the step, nats; null where it was not taken.</param>
/// <param name="LearningRate">AdamW's rate in the step.</param>
/// <param name="Sequences">Packed sequences in the step.</param>
/// <param name="Tokens">Tokens trained on up to here, padding not counted.</param>
/// <param name="Seconds">Seconds of training up to here, those before a resumption included.</param>
public sealed record PretrainingMetrics(
    int Step, double Loss, double Penalty, double? HeldOutLoss, double LearningRate, int Sequences, long Tokens, double Seconds);

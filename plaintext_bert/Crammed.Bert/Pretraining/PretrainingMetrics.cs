namespace Crammed.Bert;

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

namespace Crammed.Bert;

/// <summary>What fine-tuning from token ids did.</summary>
/// <param name="Steps">Loss of every step.</param>
/// <param name="Epochs">Evaluations, the last one of the weights as they are now; empty if interrupted before the first.</param>
/// <param name="Seconds">Seconds of training and evaluation.</param>
/// <param name="Interrupted">Whether it was cancelled before its last step.</param>
/// <param name="Divergence">The step whose loss or gradient was not finite; it was not taken. Null: there was none.</param>
public sealed record TaskTrainingResult(
    IReadOnlyList<FineTuningStep> Steps,
    IReadOnlyList<TaskEpoch> Epochs,
    double Seconds,
    bool Interrupted,
    TrainingDivergedException? Divergence = null)
{
    /// <summary>Whether every step was taken.</summary>
    public bool IsComplete => !Interrupted && Divergence is null;
}

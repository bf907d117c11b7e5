namespace Crammed.Bert;

/// <summary>State of a pretraining run after one step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="UsedBudget">Part of the budget used, 0 to 1.</param>
/// <param name="ElapsedSeconds">Seconds since the start.</param>
/// <param name="RemainingSeconds">Estimate of the seconds left.</param>
/// <param name="TokensPerSecond">Tokens (padding not counted) per second so far.</param>
/// <param name="Loss">Masked-token loss of the step, nats.</param>
/// <param name="Penalty">What the range penalties added to it.</param>
/// <param name="HeldOutLoss">The latest held-out loss, if one was taken.</param>
public sealed record PretrainingProgress(
    int Step,
    double UsedBudget,
    double ElapsedSeconds,
    double RemainingSeconds,
    double TokensPerSecond,
    double Loss,
    double Penalty,
    double? HeldOutLoss);

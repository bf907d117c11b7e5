using Crammed.Files;

namespace Crammed.Encrypted.Planning;

/// <summary>Who watches planning: is told how far it is, and may stop it.</summary>
/// <param name="Progress">or null</param>
/// <param name="Cancellation">asked for between the steps of every search</param>
public sealed record PlanningWatch(IProgress<WorkProgress>? Progress = null, CancellationToken Cancellation = default)
{
    /// <exception cref="OperationCanceledException">planning is to stop</exception>
    public void Report(string title, long done, long total, string unit)
    {
        Cancellation.ThrowIfCancellationRequested();
        Progress?.Report(new WorkProgress(title, done, total, unit));
    }
}

using Crammed.Files;

namespace Crammed.Cli.Stages;

/// <summary>
/// Passes reports on at once, on the thread that makes them; <see cref="Progress{T}"/> would post them and lose their order.
/// </summary>
internal sealed class RelayedProgress<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}

/// <summary>Progress under another title.</summary>
internal static class ProgressRelay
{
    public static IProgress<WorkProgress> Relayed(this IProgress<WorkProgress> progress, Func<WorkProgress, WorkProgress> change) =>
        new RelayedProgress<WorkProgress>(state => progress.Report(change(state)));
}

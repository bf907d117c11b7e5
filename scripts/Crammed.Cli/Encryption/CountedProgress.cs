using Crammed.Cli.Progress;

namespace Crammed.Cli.Encryption;

/// <summary>Shows (done, total) on a progress line whose total is only known with the first report.</summary>
internal sealed class CountedProgress(ProgressReporter reporter) : IProgress<(int Done, int Total)>, IDisposable
{
    public void Report((int Done, int Total) value) => reporter.Report(value.Done, $"of {value.Total}");

    public void Dispose() => reporter.Dispose();
}

using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Hosting;
using Crammed.Files;

namespace Crammed.Cli.Commands.Bench;

/// <summary>Measures a configuration in a process of its own.</summary>
internal static class BootstrapChild
{
    /// <param name="configuration">What to measure.</param>
    /// <param name="result">Where the measurement goes, once it is done.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Lets the key or bootstrap under way finish, then stops.</param>
    public static async Task<BootstrapMeasurement> RunAsync(
        BootstrapConfiguration configuration, string result, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string[] arguments = ["bench", "bootstrap-one", .. BenchBootstrapOneSettings.Overrides(configuration, result)];
        // What users of the library get is its allocator's own behaviour.
        using var child = ChildProgram.Start(ChildProgram.Crammed, arguments, returnsFreedMemory: false);
        using var stopping = cancellation.Register(child.RequestStop);
        while (await child.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
        {
            if (ProgressLine.Parse(line) is { } state)
                progress.Report(state);
        }
        var (exitCode, errors) = await child.WaitAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (exitCode != 0)
        {
            throw ChildProgram.Failure(
                $"the bootstraps of {configuration.Slots} slots under {configuration.ParameterSet}", exitCode, errors);
        }
        return BootstrapMeasurementFile.Read(result);
    }
}

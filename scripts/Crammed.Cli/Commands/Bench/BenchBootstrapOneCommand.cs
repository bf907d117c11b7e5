using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Hosting;
using Crammed.Cli.Stages;
using Crammed.Files;

namespace Crammed.Cli.Commands.Bench;

/// <summary>
/// <c>crammed bench bootstrap-one</c>: one configuration of <c>crammed bench bootstrap</c>, in a process of its own so that its peak
/// memory is its own. Prints its progress, a line for each <see cref="WorkProgress"/>, and writes the measurement at the end.
/// </summary>
internal sealed class BenchBootstrapOneCommand : ICommandHandler<BenchBootstrapOneSettings>
{
    /// <inheritdoc/>
    public Task<int> RunAsync(RunContext<BenchBootstrapOneSettings> context, CancellationToken cancellationToken)
    {
        var progress = new RelayedProgress<WorkProgress>(state => context.Output.WriteLine(ProgressLine.Write(state)));
        var measurement = BootstrapBenchmark.Run(context.Settings.Configuration(), progress, cancellationToken);
        BootstrapMeasurementFile.Write(context.Resolve(context.Settings.Result), measurement);
        return Task.FromResult(ExitCode.Success);
    }
}

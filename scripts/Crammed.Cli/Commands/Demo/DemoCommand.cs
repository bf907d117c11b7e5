using Crammed.Cli.Hosting;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Commands.Demo;

/// <summary><c>crammed demo</c>: from text to a classifier fine-tuned on ciphertexts, with its plaintext twin and a report.</summary>
internal sealed class DemoCommand : ICommandHandler<DemoSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<DemoSettings> context, CancellationToken cancellationToken)
    {
        context.Settings.He.RequireClientRefresh();
        context.Settings.Impl.Apply();
        var folder = context.CreateOutputFolder(context.Settings.Name, NameTaken.Number);
        var results = await new DemoPipeline(context, folder).RunAsync(cancellationToken);
        foreach (var (stage, seconds) in results.StageSeconds)
            await context.Output.WriteLineAsync(FormattableString.Invariant($"{stage,-28} {seconds,7:F1} s"));
        for (int step = 0; step < results.Encrypted.Losses.Length; step++)
        {
            await context.Output.WriteLineAsync(FormattableString.Invariant(
                $"step {step + 1}: encrypted {results.Encrypted.Losses[step]:F6}, twin {results.Twin.Training.Steps[step].Loss:F6}, clear {results.ClearRuns.Clear[step]:F6}, deviation {results.ClearRuns.LossDeviation[step]:E1}"));
        }
        await context.Output.WriteLineAsync(FormattableString.Invariant(
            $"dev before {results.Before.Main.Value:F4}, after encrypted {results.AfterEncrypted.Main.Value:F4}, after twin {results.AfterTwin.Main.Value:F4} +- {results.AfterTwin.Main.StandardError:F4}"));
        return ExitCode.Success;
    }
}

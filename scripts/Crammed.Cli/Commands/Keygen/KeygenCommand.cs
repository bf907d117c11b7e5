using Crammed.Ckks;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Keygen;

/// <summary><c>crammed keygen</c>: secret, public and evaluation keys for one plan, each key cut to the level it serves.</summary>
internal sealed class KeygenCommand : ICommandHandler<KeygenSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<KeygenSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        settings.He.RequireClientRefresh();
        var parameters = CkksParameters.Create(NamedParameters.Find(settings.He.Parameters));
        var plan = WeightFiles.ReadPlan(context.Resolve(settings.Plan));
        string model = context.Resolve(settings.Model);
        var circuit = Circuit.Load(model, plan.Settings, plan.Shape, parameters, settings.Impl.ThreadCount);
        var folder = context.CreateOutputFolder(settings.Name, model, context.Resolve(settings.Plan));
        var keys = context.Shown("keys", "keys", progress =>
            KeygenStage.Run(circuit, parameters, folder.FullPath, progress, cancellationToken));
        await context.Output.WriteLineAsync(
            $"{folder.ShownPath}: {parameters}; relinearization and {keys.RotationCount} rotation keys, "
            + $"{keys.EvaluationKeyBytes / 1048576.0:F0} MiB in memory, {keys.EvaluationKeyFileBytes / 1048576.0:F0} MiB on disk; secret.key has mode 0600");
        return ExitCode.Success;
    }
}

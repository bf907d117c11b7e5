using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Converter;
using Crammed.Encrypted.Containers;

namespace Crammed.Cli.Commands.Keygen;

/// <summary>
/// <c>crammed keygen</c>: secret, public and evaluation keys for one plan, each key cut to the level it serves. What they take is printed,
/// and room for it made sure of, before the first is made and before an earlier run is replaced.
/// </summary>
internal sealed class KeygenCommand : ICommandHandler<KeygenSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<KeygenSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var plan = PlanFolder.Open(context.Resolve(settings.Plan));
        var request = KeygenStage.RequestFor(plan);
        var keys = request.Keys.Plan(request.Parameters);
        var target = context.Resolve($"outputs/{settings.Name}");
        KeyFolder.RequireRoom(target, keys, context.Resources);
        var folder = context.CreateOutputFolder(settings.Name, plan.Folder);
        await Describe(keys, folder.FullPath, context.Resources).WriteAsync(context.Output);
        var summary = context.Shown(progress =>
            KeyFolder.Generate(folder.FullPath, request, context.Resources, progress, cancellationToken));
        await context.Output.WriteLineAsync(
            $"{folder.ShownPath}: {plan.Parameters}; key {summary.KeyId.Short}; private/ is yours alone, public/ is the server's");
        return ExitCode.Success;
    }

    /// <summary>The totals of the manifest, and the room that was found for them.</summary>
    private static ResultLines Describe(EvaluationKeyPlan keys, string folder, ISystemResources resources)
    {
        var rotations = keys.Keys.Count(key => key.Kind == EvaluationKeyKind.Rotation);
        var others = keys.Keys.Count - rotations - 1;
        return new ResultLines()
            .Add("keys", $"relinearization and {rotations} rotation keys{(others > 0 ? $", {others} for bootstraps" : "")}")
            .Add("on disk", $"{NumberText.Bytes(keys.FileBytes)} needed, {Free(resources.Disk(folder))}")
            .Add("in memory", $"{NumberText.Bytes(keys.MemoryBytesToSave())} needed while keys are made, {Free(resources.Memory)}")
            .Add("loaded", $"{NumberText.Bytes(keys.MemoryBytes)} of memory once all keys are in use");
    }

    private static string Free(FreeSpace? space) =>
        space is { } free ? $"{NumberText.Bytes(free.Bytes)} free ({free.Place})" : "free space unknown, not checked";
}

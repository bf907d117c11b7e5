using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Encrypted.Containers;

namespace Crammed.Cli.Commands.Convert;

/// <summary><c>crammed convert</c>: packs and encrypts an exported task for a plan, in the order of a draw.</summary>
internal sealed class ConvertCommand : ICommandHandler<ConvertSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<ConvertSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var input = new ConvertInput(
            PlanFolder.Open(context.Resolve(settings.Plan)), context.Resolve(settings.Model), context.Resolve(settings.Draw),
            context.Resolve(settings.Export), settings.EncryptedExamples, context.Resolve(settings.Keys), settings.Impl.ThreadCount);
        var stage = ConvertStage.Load(input);
        var folder = context.CreateOutputFolder(
            settings.Name, input.Plan.Folder, input.ModelFolder, input.DrawFile, input.ExportFolder, input.Keys);
        var summary = context.Shown(progress => stage.Run(folder.PathOf(ConvertStage.Folder), progress, cancellationToken));
        await context.Output.WriteLineAsync(
            $"{folder.ShownPath}/{ConvertStage.Folder}: {summary.Ciphertexts} ciphertexts, {summary.Bytes / 1048576.0:F0} MiB, under "
            + $"{input.Plan.Parameters}");
        return ExitCode.Success;
    }
}

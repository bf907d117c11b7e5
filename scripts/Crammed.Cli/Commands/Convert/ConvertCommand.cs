using Crammed.Ckks;
using Crammed.Cli.Encryption;
using Crammed.Cli.Hosting;
using Crammed.Cli.Stages;
using Crammed.Converter;

namespace Crammed.Cli.Commands.Convert;

/// <summary><c>crammed convert</c>: packs and encrypts an exported task in the order of a draw.</summary>
internal sealed class ConvertCommand : ICommandHandler<ConvertSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<ConvertSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        settings.He.RequireClientRefresh();
        var parameters = CkksParameters.Create(NamedParameters.Find(settings.He.Parameters));
        var draw = WeightFiles.ReadDraw(context.Resolve(settings.Draw));
        var export = context.Resolve(settings.Export);
        var train = EncryptableSplit.Read(Path.Combine(export, StageFiles.Train));
        var dev = EncryptableSplit.Read(Path.Combine(export, StageFiles.Dev));
        var keys = context.Resolve(settings.Keys);
        using (KeyFolder.OpenSecret(keys, parameters))
        {
            // Refused before a folder is made.
        }
        var folder = context.CreateOutputFolder(settings.Name, export, keys);
        var input = new ConvertInput(draw, train, dev, settings.EncryptedExamples, keys, settings.Impl.ThreadCount);
        var summary = context.Shown(progress =>
            ConvertStage.Run(input, parameters, folder.PathOf(ConvertStage.Folder), progress, cancellationToken));
        await context.Output.WriteLineAsync(
            $"{folder.ShownPath}/{ConvertStage.Folder}: {summary.Ciphertexts} ciphertexts, {summary.Bytes / 1048576.0:F0} MiB, under {parameters}");
        return ExitCode.Success;
    }
}

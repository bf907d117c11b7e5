using Crammed.Cli.Hosting;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Draw;

/// <summary><c>crammed draw</c>: draws all that is random about a fine-tuning run to outputs/NAME/draw.safetensors.</summary>
internal sealed class DrawCommand : ICommandHandler<DrawCommandSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<DrawCommandSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var input = DrawInputs.Of(
            context.Resolve(settings.Model), Path.Combine(context.Resolve(settings.Export), StageFiles.Train), settings.Eval);
        var stage = DrawStage.Load(input);
        var folder = context.CreateOutputFolder(settings.Name, input.ModelFolder, input.TrainFolder);
        var outcome = stage.Run(folder.FullPath);
        await DrawInputs.AddDraw(new ResultLines(), outcome.Draw)
            .Add("file", $"{folder.ShownPath}/{StageFiles.Draw}")
            .Add("next", $"crammed finetune model={settings.Model} export={settings.Export} draw={folder.ShownPath}/{StageFiles.Draw}")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }
}

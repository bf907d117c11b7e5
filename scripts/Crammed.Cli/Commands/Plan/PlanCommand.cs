using Crammed.Cli.Hosting;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Plan;

/// <summary><c>crammed plan</c>: draws all that is random about a fine-tuning run to outputs/NAME/plan.safetensors.</summary>
internal sealed class PlanCommand : ICommandHandler<PlanSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<PlanSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var input = PlanInputs.Of(
            context.Resolve(settings.Model), Path.Combine(context.Resolve(settings.Export), StageFiles.Train), settings.Eval);
        var stage = PlanStage.Load(input);
        var folder = context.CreateOutputFolder(settings.Name, input.ModelFolder, input.TrainFile);
        var outcome = stage.Run(folder.FullPath);
        await PlanInputs.AddPlan(new ResultLines(), outcome.Plan)
            .Add("file", $"{folder.ShownPath}/{StageFiles.Plan}")
            .Add("next", $"crammed finetune model={settings.Model} export={settings.Export} plan={folder.ShownPath}/{StageFiles.Plan}")
            .WriteAsync(context.Output);
        return ExitCode.Success;
    }
}

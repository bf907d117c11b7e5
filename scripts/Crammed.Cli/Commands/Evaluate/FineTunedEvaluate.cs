using Crammed.Cli.Hosting;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Evaluate;

/// <summary><c>crammed evaluate adapters=FOLDER</c>: scores of what <c>crammed finetune mode=lora|full</c> wrote.</summary>
internal static class FineTunedEvaluate
{
    /// <param name="context">The run.</param>
    /// <param name="adapters">The folder of one seed's run.</param>
    /// <param name="cancellation">Ends the evaluation; nothing is written.</param>
    public static async Task<int> RunAsync(RunContext<EvaluateSettings> context, string adapters, CancellationToken cancellation)
    {
        var settings = context.Settings;
        string devFile = Path.Combine(context.Resolve(settings.Export), StageFiles.Dev);
        var input = new FineTunedEvaluateInput
        {
            ModelFolder = FineTunedEvaluateStage.ModelFolderOf(adapters, context.Resolve(settings.Model)),
            AdaptersFolder = adapters,
            DevFile = devFile,
        };
        var task = EvaluateCommand.TaskOf(
            devFile, input.ModelFolder, TaskSettings.Catalog(context.Configurations), needsEmbeddings: false);
        using var stage = FineTunedEvaluateStage.Load(input, task);
        var folder = context.CreateOutputFolder(settings.Name, input.ModelFolder, devFile, adapters + Path.DirectorySeparatorChar);
        var outcome = stage.Run(folder.FullPath, cancellation);
        await EvaluateCommand.Lines(outcome, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;
    }
}

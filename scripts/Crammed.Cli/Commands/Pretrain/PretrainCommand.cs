using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Pretrain;

/// <summary><c>crammed pretrain</c>: text to a calibrated model in outputs/NAME/model.</summary>
internal sealed class PretrainCommand : ICommandHandler<PretrainSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<PretrainSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        settings.Impl.Apply();
        OutputFolder folder;
        PretrainOutcome outcome;
        using (var display = context.Display())
        {
            var input = PretrainInputs.Of(context.Resolve, settings.Arch, settings.Train, settings.Data);
            var stage = PretrainStage.Load(input, display, cancellationToken);
            string?[] inputs = [.. settings.Data.Text.Select(context.Resolve), context.ResolveOptional(settings.Data.Vocabulary)];
            folder = context.CreateOutputFolder(settings.Name, inputs);
            outcome = stage.Run(folder.FullPath, display, cancellationToken);
        }
        await Lines(outcome, folder).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static ResultLines Lines(PretrainOutcome outcome, OutputFolder folder)
    {
        var (model, training) = (outcome.Configuration, outcome.Training);
        return new ResultLines()
            .Add("model", $"{folder.ShownPath}/{StageFiles.Model}: {model.Architecture}, {model.Layers} x {model.Hidden}, "
                + $"vocabulary {NumberText.Count(model.VocabularySize)}, {NumberText.Count(outcome.Parameters)} parameters")
            .Add("training", $"{NumberText.Count(training.Steps)} steps, {NumberText.Count(training.Tokens)} tokens in "
                + $"{NumberText.Seconds(training.Seconds)} ({NumberText.Count((long)training.TokensPerSecond)} tokens/s)")
            .Add("loss", $"{NumberText.Score(training.TrainingLoss)} in training, {NumberText.Score(training.HeldOutLoss)} on held-out "
                + "text (nats for each masked token)")
            .Add("next", $"crammed export-glue model={folder.ShownPath}/{StageFiles.Model}");
    }
}

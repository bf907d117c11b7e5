using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Pretrain;

/// <summary><c>crammed pretrain</c>: text to a calibrated model in outputs/NAME/model.</summary>
internal sealed class PretrainCommand : ICommandHandler<PretrainSettings>
{
    /// <summary>Classes of the head that ranges are taken with; fine-tuning takes the classes of its task.</summary>
    private const int CalibratedClasses = 2;

    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<PretrainSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        settings.Impl.Apply();
        OutputFolder folder;
        PretrainOutcome outcome;
        using (var display = context.Display())
        {
            var stage = PretrainStage.Load(InputOf(context), display, cancellationToken);
            string?[] inputs = [.. settings.Data.Text.Select(context.Resolve), context.ResolveOptional(settings.Data.Vocabulary)];
            folder = context.CreateOutputFolder(settings.Name, inputs);
            outcome = stage.Run(folder.FullPath, display, cancellationToken);
        }
        await Lines(outcome, folder).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    private static PretrainInput InputOf(RunContext<PretrainSettings> context)
    {
        var (train, data) = (context.Settings.Train, context.Settings.Data);
        return new PretrainInput
        {
            Configuration = context.Settings.Arch.ToBertConfiguration(train.VocabularySize, CalibratedClasses),
            Settings = train.ToPretrainingSettings(),
            Text = [.. data.Text.Select(text => text == DataSettings.WordNetText ? PretrainingText.WordNet : context.Resolve(text))],
            WordNetFolder = context.Resolve(data.Wordnet),
            VocabularyPath = context.ResolveOptional(data.Vocabulary),
            VocabularySize = train.VocabularySize,
        };
    }

    private static ResultLines Lines(PretrainOutcome outcome, OutputFolder folder)
    {
        var (model, training) = (outcome.Configuration, outcome.Training);
        return new ResultLines()
            .Add("model", $"{folder.ShownPath}/{StageFiles.Model}: {model.Architecture}, {model.Layers} x {model.Hidden}, "
                + $"vocabulary {NumberText.Count(model.VocabularySize)}, {NumberText.Count(outcome.Parameters)} parameters")
            .Add("training", $"{NumberText.Count(training.Steps)} steps, {NumberText.Count(training.Tokens)} tokens in "
                + $"{NumberText.Seconds(training.Seconds)} ({NumberText.Count((long)training.TokensPerSecond)} tokens/s)")
            .Add("loss", $"{NumberText.Score(training.TrainingLoss)} in training, {NumberText.Score(training.HeldOutLoss)} on held-out text "
                + "(nats for each masked token)")
            .Add("next", $"crammed export-glue model={folder.ShownPath}/{StageFiles.Model}");
    }
}

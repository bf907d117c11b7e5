using Crammed.Bert;
using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Progress;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Pretrain;

/// <summary><c>crammed pretrain</c>: text to a calibrated model in outputs/NAME/model.</summary>
internal sealed class PretrainCommand : ICommandHandler<PretrainCommandSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<PretrainCommandSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        settings.Impl.Apply();
        OutputFolder folder;
        PretrainOutcome outcome;
        using (var display = context.Display())
        {
            var input = PretrainInputs.Of(context.Resolve, settings.Arch, settings.Train, settings.Data, settings.Impl) with
            {
                CheckpointInterval = TimeSpan.FromMinutes(settings.CheckpointMinutes),
                ResumePath = settings.Resume is { } resume ? CheckpointIn(context, resume) : null,
            };
            var stage = PretrainStage.Load(input, display, cancellationToken);
            folder = Folder(context, input.ResumePath);
            outcome = Run(context, stage, folder, display, cancellationToken);
        }
        if (PretrainMetrics.Plot(outcome.Training.Metrics) is { } plot)
            context.Plot(plot, folder.PathOf(StageFiles.LossCurve));
        AddResults(context, outcome);
        await Lines(outcome, folder).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    /// <summary>The checkpoint that a run's folder, its folder of checkpoints or a file means.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    private static string CheckpointIn(RunContext<PretrainCommandSettings> context, string resume)
    {
        var path = context.Resolve(resume);
        if (File.Exists(path))
            return path;
        return PretrainingCheckpoints.Latest(Path.Combine(path, StageFiles.Checkpoints)) ?? PretrainingCheckpoints.Latest(path)
            ?? throw new ConfigurationException(
                $"'resume' is {resume}, where there is no {StageFiles.Checkpoints}/step-*.safetensors; "
                + "name the folder of an interrupted run");
    }

    /// <summary>A new folder; or that of the run that is continued, where the name is the same.</summary>
    private static OutputFolder Folder(RunContext<PretrainCommandSettings> context, string? checkpoint)
    {
        var (name, data) = (context.Settings.Name, context.Settings.Data);
        var own = context.Resolve($"outputs/{name}") + Path.DirectorySeparatorChar;
        if (checkpoint?.StartsWith(own, StringComparison.Ordinal) == true)
            return context.CreateOutputFolder(name, NameTaken.Continue);
        string?[] inputs = [.. data.Text.Select(context.Resolve), context.ResolveOptional(data.Vocabulary)];
        return context.CreateOutputFolder(name, inputs);
    }

    private static PretrainOutcome Run(
        RunContext<PretrainCommandSettings> context, PretrainStage stage, OutputFolder folder, ProgressDisplay display,
        CancellationToken cancellation)
    {
        string? last = null;
        try
        {
            return stage.Run(folder.FullPath, display, cancellation, (file, steps) =>
            {
                last = $"{folder.ShownPath}/{StageFiles.Checkpoints}/{Path.GetFileName(file)}";
                context.Keep($"step {steps} in {last}; to go on, repeat the command with resume={folder.ShownPath}");
            });
        }
        catch (TrainingDivergedException exception)
        {
            // Other settings would have prevented it: bad input, not a fault of the program.
            throw new ConfigurationException($"{exception.Message}; the state before it is in {last}", exception);
        }
    }

    private static void AddResults(RunContext<PretrainCommandSettings> context, PretrainOutcome outcome)
    {
        var training = outcome.Training;
        context.AddResult("held_out_loss", training.HeldOutLoss);
        context.AddResult("training_loss", training.TrainingLoss);
        context.AddResult("seconds", training.Seconds);
        try
        {
            foreach (var (name, value) in CircuitFacts.Of(outcome.Configuration, outcome.Calibration))
                context.AddResult(name, value);
        }
        catch (InvalidDataException exception)
        {
            // A model too young to be encrypted is a model all the same.
            context.Notices.WriteLine($"no polynomials for an encrypted pass: {exception.Message}");
        }
    }

    private static ResultLines Lines(PretrainOutcome outcome, OutputFolder folder)
    {
        var (model, training) = (outcome.Configuration, outcome.Training);
        return new ResultLines()
            .Add("model", $"{folder.ShownPath}/{StageFiles.Model}: {model.Architecture}, {model.Layers} x {model.Hidden}, "
                + $"vocabulary {NumberText.Count(model.VocabularySize)}, {NumberText.Count(outcome.Parameters)} parameters")
            .Add("training", $"{NumberText.Count(training.Steps)} steps, {NumberText.Count(training.Tokens)} tokens in "
                + $"{NumberText.Seconds(training.Seconds)} ({NumberText.Count((long)training.TokensPerSecond)} tokens/s, "
                + $"{NumberText.Fixed(100 * outcome.ProductShare, 0)}% of libtorch's rate of the model's matrix products in "
                + $"{SettingsTypes.ChoiceOf(outcome.Precision)})")
            .Add("loss", $"{NumberText.Score(training.TrainingLoss)} in training, {NumberText.Score(training.HeldOutLoss)} on held-out "
                + $"text (nats for each masked token), perplexity {NumberText.Fixed(training.HeldOutPerplexity, 1)}")
            .Add("next", $"crammed export-glue model={folder.ShownPath}/{StageFiles.Model}");
    }
}

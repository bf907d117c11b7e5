using Crammed.Bert;
using Crammed.Cli.Commands.Draw;
using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Progress;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Model;

namespace Crammed.Cli.Commands.Finetune;

/// <summary>
/// <c>crammed finetune</c>: carries out a draw, in plaintext or by a plan's program; without one it draws one first. Other modes train from
/// tasks' text.
/// </summary>
internal sealed class FinetuneCommand : ICommandHandler<FinetuneCommandSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<FinetuneCommandSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        if (settings is { Fhe: not null, Plan: null })
            return await EncryptedTasks.RunAsync(context, cancellationToken);
        if (settings.Fhe is null && settings.Mode != FinetuneMode.Adapters)
            return await TaskFinetune.RunAsync(context, cancellationToken);
        if (context.Sweep.Count > 1)
            throw new ConfigurationException("several eval/tasks are given; mode=adapters carries out the draw of one");
        if (settings.Fhe is not null)
            return await EncryptedFinetune.RunAsync(context, cancellationToken);
        settings.Impl.Apply();
        var modelFolder = context.Resolve(settings.Model);
        var trainFolder = Path.Combine(context.Resolve(settings.Export), StageFiles.Train);
        var drawFile = context.ResolveOptional(settings.Draw);
        var draw = drawFile is null
            ? DrawStage.Load(DrawInputs.Of(modelFolder, trainFolder, settings.Eval)).Draw
            : WeightFiles.ReadDraw(drawFile);
        OutputFolder folder;
        DrawRunOutcome outcome;
        using (var display = context.Display())
        using (var stage = DrawRunStage.Load(modelFolder, trainFolder, draw))
        {
            folder = context.CreateOutputFolder(settings.Name, modelFolder, trainFolder, drawFile);
            draw.Write(folder.PathOf(StageFiles.Draw));
            outcome = Run(stage, folder, draw, display, cancellationToken);
        }
        context.AddResult("training_loss", outcome.Training.Steps[^1].Loss);
        context.AddResult("seconds", outcome.Training.Seconds);
        await Lines(settings, draw, outcome.Training, folder.ShownPath).WriteAsync(context.Output);
        return ExitCode.Success;
    }

    /// <exception cref="ConfigurationException">The run diverged; says at which step, and where its last finite state is.</exception>
    private static DrawRunOutcome Run(
        DrawRunStage stage, OutputFolder folder, FineTuningDraw draw, ProgressDisplay display, CancellationToken cancellation)
    {
        try
        {
            return stage.Run(folder.FullPath, display, cancellation);
        }
        catch (TrainingDivergedException exception)
        {
            var state = $"{folder.ShownPath}/{StageFiles.Adapters}";
            // Other settings would have prevented it: bad input, not a fault of the program.
            throw new ConfigurationException(
                $"draw of seed {draw.Seed}: {exception.Message}; the state before it is in {state}", exception);
        }
    }

    private static ResultLines Lines(FinetuneCommandSettings settings, FineTuningDraw draw, FineTuningResult training, string folder)
    {
        var adapters = $"{folder}/{StageFiles.Adapters}";
        var (first, last) = (training.Steps[0], training.Steps[^1]);
        return DrawInputs.AddDraw(new ResultLines().Add("mode", $"adapters: {adapters}"), draw)
            .Add("loss", $"{NumberText.Loss(first.Loss)} at step {first.Step}, {NumberText.Loss(last.Loss)} at step {last.Step}")
            .Add("time", NumberText.Seconds(training.Seconds))
            .Add("next", $"crammed evaluate model={settings.Model} export={settings.Export} adapters={adapters}");
    }
}

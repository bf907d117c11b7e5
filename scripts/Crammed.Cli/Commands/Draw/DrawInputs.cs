using Crammed.Cli.Configuration;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Commands.Draw;

/// <summary>From settings to a draw, and a draw in words; commands that make a draw share it.</summary>
internal static class DrawInputs
{
    /// <summary>The input of a draw for an exported task, whose hyperparameters are those of the very task.</summary>
    /// <exception cref="ConfigurationException">The export holds another task than the settings are for.</exception>
    /// <exception cref="FileNotFoundException">The export or the model is missing.</exception>
    /// <exception cref="InvalidDataException">The export is malformed or belongs to another model.</exception>
    public static DrawInput Of(string modelFolder, string trainFolder, EvalGroupSettings settings)
    {
        var split = ExportedSplit.Open(trainFolder, TaskSplit.Train, modelFolder, needsEmbeddings: false);
        var task = split.Description.Task;
        if (task != settings.Tasks.Name)
        {
            throw new ConfigurationException(
                $"{trainFolder} holds the task {task}, and eval/tasks is {settings.Tasks.Name}; give eval/tasks={task}");
        }
        split.RequireTask(settings.Tasks.ToDefinition().Description);
        return new DrawInput
        {
            ModelFolder = modelFolder,
            TrainFolder = trainFolder,
            Settings = settings.Finetune.ToFineTuningSettings(),
            Seed = settings.Finetune.Seed,
        };
    }

    /// <summary>Adds what a draw will do.</summary>
    public static ResultLines AddDraw(ResultLines lines, FineTuningDraw draw)
    {
        var settings = draw.Settings;
        var trained = draw.Tensors.Sum(tensor => tensor.Values.LongLength);
        return lines
            .Add("draw", FormattableString.Invariant(
                $"{settings.Steps} steps of {settings.BatchSize} from {NumberText.Count(draw.TrainingExamples)} examples, ")
                + FormattableString.Invariant($"learning rate {settings.LearningRate}, epsilon {settings.Epsilon}, seed {draw.Seed}"))
            .Add("trained", FormattableString.Invariant(
                $"{NumberText.Count(trained)} numbers: adapters of rank {settings.Rank} on query, key and value, and the head"));
    }
}

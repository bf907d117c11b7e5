using Crammed.Cli.Configuration;
using Crammed.Cli.Reports;
using Crammed.Cli.Settings;
using Crammed.Cli.Stages;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Commands.Plan;

/// <summary>From settings to a plan, and a plan in words; commands that draw a plan share it.</summary>
internal static class PlanInputs
{
    /// <summary>The input of a plan for an exported task, whose hyperparameters are those of the very task.</summary>
    /// <exception cref="ConfigurationException">The export holds another task than the settings are for.</exception>
    /// <exception cref="FileNotFoundException">The export or the model is missing.</exception>
    /// <exception cref="InvalidDataException">The export is malformed or belongs to another model.</exception>
    public static PlanInput Of(string modelFolder, string trainFile, EvaluationSettings settings)
    {
        var split = ExportedSplit.Open(trainFile, TaskSplit.Train, modelFolder, needsEmbeddings: false);
        string task = split.Description.Task;
        if (task != settings.Tasks.Name)
        {
            throw new ConfigurationException(
                $"{trainFile} holds the task {task}, and eval/tasks is {settings.Tasks.Name}; give eval/tasks={task}");
        }
        split.RequireTask(settings.Tasks.ToDefinition().Description);
        return new PlanInput
        {
            ModelFolder = modelFolder,
            TrainFile = trainFile,
            Settings = settings.Finetune.ToFineTuningSettings(),
            Seed = settings.Finetune.Seed,
        };
    }

    /// <summary>Adds what a plan will do.</summary>
    public static ResultLines AddPlan(ResultLines lines, FineTuningPlan plan)
    {
        var settings = plan.Settings;
        long trained = plan.Tensors.Sum(tensor => tensor.Values.LongLength);
        return lines
            .Add("plan", FormattableString.Invariant(
                $"{settings.Steps} steps of {settings.BatchSize} from {NumberText.Count(plan.TrainingExamples)} examples, ")
                + FormattableString.Invariant($"learning rate {settings.LearningRate}, epsilon {settings.Epsilon}, seed {plan.Seed}"))
            .Add("trained", FormattableString.Invariant(
                $"{NumberText.Count(trained)} numbers: adapters of rank {settings.Rank} on query, key and value, and the head"));
    }
}

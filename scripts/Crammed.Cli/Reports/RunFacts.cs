using Crammed.Model;

namespace Crammed.Cli.Reports;

/// <summary>The task, the model and the training of a run.</summary>
/// <param name="Name">Name of the run.</param>
/// <param name="Task">The task's name.</param>
/// <param name="TrainingExamples">Examples to train on; null where nothing was trained.</param>
/// <param name="Configuration">The model, head included.</param>
/// <param name="Parameters">Numbers in the model.</param>
/// <param name="TrainedParameters">Numbers in adapters and head.</param>
/// <param name="Settings">Hyperparameters of the fine-tuning.</param>
/// <param name="HeldOutLoss">
/// Masked-token loss of the pretrained model on held-out text, nats; null where the model was not made by this run.
/// </param>
internal sealed record RunFacts(
    string Name,
    string Task,
    int? TrainingExamples,
    BertConfiguration Configuration,
    long Parameters,
    long TrainedParameters,
    FineTuningSettings Settings,
    double? HeldOutLoss);

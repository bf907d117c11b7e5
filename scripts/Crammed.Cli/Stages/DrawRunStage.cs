using Crammed.Bert;
using Crammed.Files;
using Crammed.Model;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Cli.Stages;

/// <summary>Carries out a draw in plaintext, in float64: adapters and head are trained step by step as in the encrypted run.</summary>
internal sealed class DrawRunStage : IDisposable
{
    private readonly string _modelFolder;
    private readonly FineTuningDraw _draw;
    private readonly TaskData _training;
    private readonly BertModel _model;

    private readonly DevEvaluation? _evaluation;

    private DrawRunStage(string modelFolder, FineTuningDraw draw, TaskData training, BertModel model, DevEvaluation? evaluation) =>
        (_modelFolder, _draw, _training, _model, _evaluation) = (modelFolder, draw, training, model, evaluation);

    /// <summary>Reads model and data, and checks that they and the draw belong together.</summary>
    /// <param name="modelFolder">The checkpoint to start from.</param>
    /// <param name="trainFolder">The exported training split.</param>
    /// <param name="draw">Start, batches, masks, hyperparameters.</param>
    /// <param name="evaluation">What is scored on the way; null: nothing.</param>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed or belongs to another model.</exception>
    /// <exception cref="ArgumentException">The draw is for another model.</exception>
    public static DrawRunStage Load(string modelFolder, string trainFolder, FineTuningDraw draw, DevEvaluation? evaluation = null)
    {
        var split = ExportedSplit.Open(trainFolder, TaskSplit.Train, modelFolder, needsEmbeddings: true);
        if (draw.TrainingExamples != split.Count)
        {
            throw new InvalidDataException(
                $"{trainFolder}: {split.Count} examples, where the draw was drawn for {draw.TrainingExamples}; draw a new draw");
        }
        if (draw.Shape.Classes != split.Description.Classes)
        {
            throw new InvalidDataException(
                $"{trainFolder}: the task {split.Description.Task} has {split.Description.Classes} classes, where the draw was drawn for "
                + $"{draw.Shape.Classes}; draw a new draw");
        }
        var training = split.Read();
        return new DrawRunStage(
            modelFolder, draw, training, ModelFolder.Load(modelFolder, draw.Shape, torch.ScalarType.Float64), evaluation);
    }

    /// <summary>
    /// Trains, and writes FOLDER/adapters.safetensors (float64), the same adapters and head in PEFT's files (float32), and
    /// FOLDER/metrics.csv (step, learning rate, loss).
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled: the step at hand was finished, nothing was written.</exception>
    /// <exception cref="TrainingDivergedException">
    /// Loss or gradient are no longer finite; the files were written as before the failing step.
    /// </exception>
    public DrawRunOutcome Run(string folder, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        using var classifier = new TaskClassifier(_model, TrainedWeights.Initial(_draw));
        var training = FineTuner.Run(
            classifier, new DrawSource(_draw, _training, _evaluation), progress?.Relayed(state => state with { Title = "fine-tuning in plaintext" }),
            cancellation);
        if (training.Interrupted)
            cancellation.ThrowIfCancellationRequested();
        Directory.CreateDirectory(folder);
        var outcome = new DrawRunOutcome(
            Path.Combine(folder, StageFiles.Adapters),
            Path.Combine(folder, StageFiles.Metrics),
            classifier.Weights(_draw.Settings),
            training);
        outcome.Weights.Write(outcome.AdaptersFile);
        LoraFiles.Save(folder, classifier.Adapters!, classifier.Head, _modelFolder, Checkpoint.WeightsSha256(_modelFolder));
        FineTuningStep.Write(outcome.MetricsFile, training.Steps);
        training.RequireFinite();
        return outcome;
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}

/// <summary>What carrying out a draw in plaintext made.</summary>
/// <param name="AdaptersFile">Adapters and head.</param>
/// <param name="MetricsFile">Step, learning rate and loss.</param>
/// <param name="Weights">Adapters and head.</param>
/// <param name="Training">Loss of every step, seconds.</param>
internal sealed record DrawRunOutcome(string AdaptersFile, string MetricsFile, TrainedWeights Weights, FineTuningResult Training);

using System.Globalization;
using Crammed.Bert;
using Crammed.Model;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Cli.Stages;

/// <summary>
/// Fine-tuning in plaintext from a draw: of adapters and head, which is the twin of an encrypted run, or of every weight.
/// </summary>
internal sealed class TwinStage : IDisposable
{
    private readonly TwinInput _input;
    private readonly BertModel _model;
    private readonly TaskData _training;

    private TwinStage(TwinInput input, BertModel model, TaskData training)
    {
        _input = input;
        _model = model;
        _training = training;
    }

    /// <summary>Reads model and data, and checks that they and the draw belong together.</summary>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed or belongs to another model.</exception>
    /// <exception cref="ArgumentException">The draw is for another model or another number of examples.</exception>
    public static TwinStage Load(TwinInput input)
    {
        bool isFull = input.Mode == FineTuningMode.Full;
        var split = ExportedSplit.Open(input.TrainFolder, TaskSplit.Train, input.ModelFolder, needsEmbeddings: !isFull);
        var draw = input.Draw;
        if (draw.TrainingExamples != split.Count)
        {
            throw new InvalidDataException(
                $"{input.TrainFolder}: {split.Count} examples, where the draw was drawn for {draw.TrainingExamples}; draw a new draw");
        }
        if (draw.Shape.Classes != split.Description.Classes)
        {
            throw new InvalidDataException(
                $"{input.TrainFolder}: the task {split.Description.Task} has {split.Description.Classes} classes, where the draw was drawn for "
                + $"{draw.Shape.Classes}; draw a new draw");
        }
        var training = split.Read();
        var model = ModelFolder.Load(input.ModelFolder, draw.Shape, isFull ? torch.ScalarType.Float32 : torch.ScalarType.Float64);
        return new TwinStage(input, model, training);
    }

    /// <summary>
    /// Trains, and writes FOLDER/adapters.safetensors and FOLDER/metrics.csv (step, learning rate, loss); after full fine-tuning also the
    /// changed FOLDER/model, without a calibration, since ranges have changed with the weights.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled: the step at hand was finished, nothing was written.</exception>
    /// <exception cref="TrainingDivergedException">
    /// Loss or gradient are no longer finite; adapters.safetensors and metrics.csv were written as before the failing step.
    /// </exception>
    public TwinOutcome Run(string folder, IProgress<StageProgress>? progress, CancellationToken cancellation)
    {
        var relay = new RelayedProgress<FineTuningProgress>(step => progress?.Report(new StageProgress(
            "fine-tuning in plaintext",
            step.Step,
            step.Steps,
            "steps",
            string.Create(CultureInfo.InvariantCulture, $"loss {step.Loss:F4}"),
            TimeSpan.FromSeconds(step.RemainingSeconds))));
        var options = new FineTuningOptions { Mode = _input.Mode, Epsilon = _input.Epsilon };
        var result = FineTuner.Run(
            _model, _input.Draw, _training, options, relay, cancellation, diverged: state => state.Write(folder));
        cancellation.ThrowIfCancellationRequested();
        string modelFolder = _input.ModelFolder;
        if (_input.Mode == FineTuningMode.Full)
        {
            modelFolder = Path.Combine(folder, StageFiles.Model);
            Checkpoint.Save(_model, Path.Combine(_input.ModelFolder, CheckpointFiles.Vocabulary), modelFolder);
        }
        result.Write(folder);
        return new TwinOutcome(
            Path.Combine(folder, FineTuningResult.WeightsFile), Path.Combine(folder, FineTuningResult.MetricsFile), modelFolder, result);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}

using Crammed.Bert;
using Crammed.Model;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Cli.Stages;

/// <summary>Evaluation in plaintext: a model with adapters and head, trained or initial, over a task's evaluation split.</summary>
internal sealed class EvaluateStage : IDisposable
{
    private readonly TaskDescription _task;
    private readonly TaskData _data;
    private readonly TrainedWeights _weights;
    private readonly BertModel _model;

    private EvaluateStage(TaskDescription task, TaskData data, TrainedWeights weights, BertModel model)
    {
        _task = task;
        _data = data;
        _weights = weights;
        _model = model;
    }

    /// <summary>Reads model and data, and checks that they and the weights belong together.</summary>
    /// <exception cref="ArgumentException">The weights are for another model.</exception>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed or belongs to another model or task.</exception>
    public static EvaluateStage Load(EvaluateInput input)
    {
        var split = ExportedSplit.Open(input.DevFile, TaskSplit.Dev, input.ModelFolder);
        split.RequireTask(input.Task);
        var weights = input.Weights;
        if (weights.Shape.Classes != split.Description.Classes)
        {
            throw new InvalidDataException(
                $"{input.DevFile}: the task {input.Task.Name} has {split.Description.Classes} classes, "
                + $"the adapters were trained for {weights.Shape.Classes}");
        }
        var data = split.Read();
        var dtype = weights.HasAdapters ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
        return new EvaluateStage(input.Task, data, weights, ModelFolder.Load(input.ModelFolder, weights.Shape, dtype));
    }

    /// <summary>
    /// Predicts, and writes FOLDER/predictions.csv (index, label, logits, prediction) and FOLDER/metrics.csv (metric, value, standard
    /// error, chance, examples).
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public EvaluateOutcome Run(string folder, CancellationToken cancellation)
    {
        return Write(_task, Evaluator.Evaluate(_model, _weights, _data, cancellation), folder);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    /// <summary>Scores predictions and writes FOLDER/predictions.csv and FOLDER/metrics.csv.</summary>
    internal static EvaluateOutcome Write(TaskDescription task, Predictions predictions, string folder)
    {
        var scores = predictions.Metrics(task.Metrics).Select(metric => Score.Of(metric, predictions.Labels)).ToList();
        Directory.CreateDirectory(folder);
        PredictionsOf(predictions).Write(Path.Combine(folder, StageFiles.Predictions));
        var metrics = new CsvTable("metric", "value", "standard_error", "chance", "examples");
        foreach (var score in scores)
            metrics.AddRow(score.Metric, score.Value, score.StandardError, score.Chance, predictions.Labels.Length);
        metrics.Write(Path.Combine(folder, StageFiles.Metrics));
        return new EvaluateOutcome(task, predictions, scores);
    }

    /// <summary>Index, label, logits and prediction of every example.</summary>
    internal static CsvTable PredictionsOf(Predictions predictions)
    {
        var logits = Enumerable.Range(0, predictions.Logits[0].Length).Select(output => $"logit_{output}");
        var table = new CsvTable(["index", "label", .. logits, "prediction"]);
        double[] values = predictions.Values();
        for (int i = 0; i < values.Length; i++)
            table.AddRow([i, predictions.Labels[i], .. predictions.Logits[i].Cast<object>(), values[i]]);
        return table;
    }
}

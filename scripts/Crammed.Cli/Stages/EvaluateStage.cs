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
        var weights = input.Weights;
        var data = input.DevFile is { } file ? Exported(input, file) : Tokenized(input);
        var dtype = weights.HasAdapters ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
        return new EvaluateStage(input.Task, data, weights, ModelFolder.Load(input.ModelFolder, weights.Shape, dtype));
    }

    /// <summary>What the model is asked.</summary>
    public TaskDescription Task => _task;

    /// <summary>The examples.</summary>
    public TaskData Data => _data;

    /// <summary>Adapters and head.</summary>
    public TrainedWeights Weights => _weights;

    /// <summary>The encoder.</summary>
    public BertModel Model => _model;

    /// <summary>
    /// Predicts, and writes FOLDER/predictions.csv (index, label, logits, prediction) and FOLDER/metrics.csv (metric, value, standard
    /// error, chance, examples).
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public EvaluateOutcome Run(string folder, CancellationToken cancellation)
    {
        var outcome = OutcomeOf(Evaluator.Evaluate(_model, _weights, _data, cancellation));
        Write(outcome, folder, StageFiles.Predictions, StageFiles.Metrics);
        return outcome;
    }

    /// <summary>Predictions with their scores.</summary>
    internal EvaluateOutcome OutcomeOf(Predictions predictions) => new(
        _task, predictions, [.. predictions.Metrics(_task.Metrics).Select(metric => Score.Of(metric, predictions.Labels))]);

    /// <summary>Writes predictions and scores.</summary>
    internal static void Write(EvaluateOutcome outcome, string folder, string predictionsFile, string metricsFile)
    {
        Directory.CreateDirectory(folder);
        PredictionsOf(outcome.Predictions).Write(Path.Combine(folder, predictionsFile));
        var metrics = new CsvTable("metric", "value", "standard_error", "chance", "examples");
        foreach (var score in outcome.Scores)
            metrics.AddRow(score.Metric, score.Value, score.StandardError, score.Chance, outcome.Examples);
        metrics.Write(Path.Combine(folder, metricsFile));
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private static TaskData Exported(EvaluateInput input, string file)
    {
        var split = ExportedSplit.Open(file, TaskSplit.Dev, input.ModelFolder);
        split.RequireTask(input.Task);
        RequireClasses(input, split.Description.Classes, file);
        return split.Read();
    }

    private static TaskData Tokenized(EvaluateInput input)
    {
        var text = input.Text ?? throw new ArgumentException("neither an exported split nor a task's text", nameof(input));
        RequireClasses(input, input.Task.Labels.Count, input.Task.Name);
        var source = new TaskCatalog(text.Folder, text.WordNetFolder).Open(text.Definition);
        int length = ModelFolder.Configuration(input.ModelFolder).SequenceLength;
        return TaskData.Tokenize(source, TaskSplit.Dev, ModelFolder.Tokenizer(input.ModelFolder), length, text.Limit);
    }

    private static void RequireClasses(EvaluateInput input, int classes, string source)
    {
        if (input.Weights.Shape.Classes != classes)
        {
            throw new InvalidDataException(
                $"{source}: the task {input.Task.Name} has {classes} classes, the adapters were trained for {input.Weights.Shape.Classes}");
        }
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

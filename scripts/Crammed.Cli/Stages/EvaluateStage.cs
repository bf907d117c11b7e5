using Crammed.Bert;
using Crammed.Cli.Reports;
using Crammed.Model;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Cli.Stages;

/// <summary>Evaluation in plaintext: a model with adapters and head, trained or initial, over a task's evaluation split.</summary>
internal sealed class EvaluateStage : IDisposable
{
    private readonly TaskDescription _task;

    private EvaluateStage(TaskDescription task, TaskData data, TaskClassifier classifier) =>
        (_task, Data, Classifier) = (task, data, classifier);

    /// <summary>The examples.</summary>
    public TaskData Data { get; }

    /// <summary>The model with its weights.</summary>
    public TaskClassifier Classifier { get; }

    /// <summary>Reads model and data, and checks that they and the weights belong together.</summary>
    /// <exception cref="ArgumentException">The weights are for another model.</exception>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed or belongs to another model or task.</exception>
    public static EvaluateStage Load(EvaluateInput input)
    {
        var data = input.DevFolder is { } file ? Exported(input, file) : Tokenized(input);
        BertModel? model = null;
        try
        {
            if (input.Weights is { } weights)
            {
                RequireClasses(input, weights, data.Classes);
                model = ModelFolder.Load(
                    input.ModelFolder, weights.Shape, weights.HasAdapters ? torch.ScalarType.Float64 : torch.ScalarType.Float32);
                return new EvaluateStage(input.Task, data, new TaskClassifier(model, weights.InOrderOf(input.Task.Labels, "the adapters")));
            }
            var folder = input.Tuned ?? throw new ArgumentException("neither weights nor a folder of them", nameof(input));
            model = Checkpoint.Load(input.ModelFolder);
            return new EvaluateStage(input.Task, data, TunedFolder.Load(folder, input.ModelFolder, model, data.Classes, input.Task.Labels));
        }
        catch
        {
            model?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Predicts, and writes FOLDER/predictions.csv (index, label, logits, prediction) and FOLDER/metrics.csv (metric, value, standard
    /// error, chance, examples).
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public EvaluateOutcome Run(string folder, CancellationToken cancellation)
    {
        var outcome = OutcomeOf(Classifier.Predict(Data, cancellation: cancellation));
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

    /// <summary>Index, label, logits and prediction of every example.</summary>
    internal static CsvTable PredictionsOf(Predictions predictions)
    {
        var logits = Enumerable.Range(0, predictions.Logits[0].Length).Select(output => $"logit_{output}");
        var table = new CsvTable(["index", "label", .. logits, "prediction"]);
        var values = predictions.Values();
        for (var i = 0; i < values.Length; i++)
            table.AddRow([i, predictions.Labels[i], .. predictions.Logits[i].Cast<object>(), values[i]]);
        return table;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Classifier.Dispose();
        Classifier.Model.Dispose();
    }

    /// <summary>A tuned model may have another embedding than the export: then the tokens count.</summary>
    private static TaskData Exported(EvaluateInput input, string file)
    {
        var needsEmbeddings = input.Weights is not null;
        var split = ExportedSplit.Open(file, TaskSplit.Dev, input.ModelFolder, needsEmbeddings);
        split.RequireTask(input.Task);
        return needsEmbeddings ? split.Read() : split.Read().WithoutEmbeddings();
    }

    private static TaskData Tokenized(EvaluateInput input)
    {
        var text = input.Text ?? throw new ArgumentException("neither an exported split nor a task's text", nameof(input));
        var source = new TaskCatalog(text.Folder, text.WordNetFolder).Open(text.Definition);
        var length = ModelFolder.Configuration(input.ModelFolder).SequenceLength;
        return TaskData.Tokenize(source, TaskSplit.Dev, new InputEncoder(Checkpoint.Tokenizer(input.ModelFolder)), length, text.Limit);
    }

    private static void RequireClasses(EvaluateInput input, TrainedWeights weights, int classes)
    {
        if (weights.Shape.Classes != classes)
        {
            throw new InvalidDataException(
                $"{input.DevFolder ?? input.Task.Name}: the task {input.Task.Name} has {classes} classes, "
                + $"the adapters were trained for {weights.Shape.Classes}");
        }
    }
}

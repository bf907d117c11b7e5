using Crammed.Bert;
using Crammed.Cli.Reports;
using Crammed.Model;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Cli.Stages;

/// <summary>Reads what fine-tuning starts from and ends with; a missing file is one clear line.</summary>
internal static class WeightFiles
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static FineTuningDraw ReadDraw(string path) => FineTuningDraw.Read(Existing(path, "crammed draw"));

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static TrainedWeights ReadAdapters(string path) => TrainedWeights.Read(Existing(path, "crammed finetune"));

    private static string Existing(string path, string writer) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path}: not found; {writer} writes it", path);
}

/// <summary>What an evaluation needs. Paths are absolute.</summary>
internal sealed record EvaluateInput
{
    /// <summary>The checkpoint.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The exported evaluation split; null: <see cref="Text"/> has the examples.</summary>
    public required string? DevFolder { get; init; }

    /// <summary>The task's text, where there is no exported split.</summary>
    public TextTask? Text { get; init; }

    /// <summary>The examples themselves, where there is neither an export nor a task's text.</summary>
    public ITaskSource? Source { get; init; }

    /// <summary>The task that the split is of, with its metrics.</summary>
    public required TaskDescription Task { get; init; }

    /// <summary>Adapters and head: trained ones, or <see cref="TrainedWeights.Initial"/> of a draw; null: <see cref="Tuned"/> has them.</summary>
    public required TrainedWeights? Weights { get; init; }

    /// <summary>Folder of a run of fine-tuning from text (<see cref="TunedFolder"/>); null: <see cref="Weights"/> are given.</summary>
    public string? Tuned { get; init; }
}

/// <summary>What an evaluation found.</summary>
/// <param name="Task">The task.</param>
/// <param name="Predictions">Logits and labels, example by example.</param>
/// <param name="Scores">The task's metrics, the main one first.</param>
internal sealed record EvaluateOutcome(TaskDescription Task, Predictions Predictions, IReadOnlyList<Score> Scores)
{
    /// <summary>The metric that the task is judged by.</summary>
    public Score Main => Scores[0];

    /// <summary>Number of examples.</summary>
    public int Examples => Predictions.Labels.Length;

    /// <summary>Predictions on a task's examples, with their scores.</summary>
    public static EvaluateOutcome Of(TaskDescription task, Predictions predictions) =>
        new(task, predictions, [.. predictions.Metrics(task.Metrics).Select(metric => Score.Of(metric, predictions.Labels))]);

    /// <summary>Other predictions on the task, with their scores.</summary>
    public EvaluateOutcome With(Predictions predictions) => Of(Task, predictions);
}

/// <summary>A task's text as evaluation takes it. Paths are absolute.</summary>
/// <param name="Definition">The task.</param>
/// <param name="Folder">Folder of tasks' files; null where only generated tasks are asked for.</param>
/// <param name="WordNetFolder">Folder of WordNet's data files.</param>
/// <param name="Limit">At most so many examples; null: all.</param>
internal sealed record TextTask(TaskDefinition Definition, string? Folder, string WordNetFolder, int? Limit);

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
    internal EvaluateOutcome OutcomeOf(Predictions predictions) => EvaluateOutcome.Of(_task, predictions);

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
        var source = input.Source
            ?? (input.Text is { } text ? new TaskCatalog(text.Folder, text.WordNetFolder).Open(text.Definition) : null)
            ?? throw new ArgumentException("neither an exported split nor a task's text", nameof(input));
        var length = ModelFolder.Configuration(input.ModelFolder).SequenceLength;
        return TaskData.Tokenize(source, TaskSplit.Dev, new InputEncoder(Checkpoint.Tokenizer(input.ModelFolder)), length, input.Text?.Limit);
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

using Crammed.Bert;
using Crammed.Cli.Reports;
using Crammed.Files;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What fine-tuning from a task's text needs. Paths are absolute.</summary>
internal sealed record FineTuneInput
{
    /// <summary>The checkpoint to start from.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The task.</summary>
    public required TaskDefinition Task { get; init; }

    /// <summary>Folder of tasks' files; null where only generated tasks are asked for.</summary>
    public required string? TaskFolder { get; init; }

    /// <summary>Folder of WordNet's data files.</summary>
    public required string WordNetFolder { get; init; }

    /// <summary>Hyperparameters and, unless every weight is trained, adapters; the seed is that of the first run.</summary>
    public required TaskTrainingSettings Training { get; init; }

    /// <summary>Number of runs, each with the next seed.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Train on at most so many examples, a subset that is the same for every run; null: all.</summary>
    public int? TrainLimit { get; init; }

    /// <summary>Evaluate on at most so many examples; null: all.</summary>
    public int? DevLimit { get; init; }
}

/// <summary>What fine-tuning on one task found.</summary>
/// <param name="Task">The task.</param>
/// <param name="TrainExamples">Examples trained on.</param>
/// <param name="DevExamples">Examples evaluated on.</param>
/// <param name="Runs">The runs, one a seed; the last may have been interrupted or have diverged.</param>
/// <param name="Summaries">Each metric over the complete runs, the main one first; empty if no run is complete.</param>
internal sealed record FineTuneOutcome(
    TaskDescription Task, int TrainExamples, int DevExamples, IReadOnlyList<FineTuneRun> Runs, IReadOnlyList<SeedSummary> Summaries)
{
    /// <summary>Whether a run was cancelled.</summary>
    public bool IsInterrupted => Runs.Any(run => run.Training.Interrupted);

    /// <summary>The run that diverged; null: none.</summary>
    public FineTuneRun? Diverged => Runs.FirstOrDefault(run => run.Training.Divergence is not null);

    /// <summary>Runs that took every step.</summary>
    public int CompleteRuns => Runs.Count(run => run.Training.IsComplete);
}

/// <summary>One run of fine-tuning on a task.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Training">Losses and evaluations.</param>
internal sealed record FineTuneRun(long Seed, FineTuningResult Training);

/// <summary>A metric at the end of several runs that differ in their seed.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Median">Of an even number of runs, the mean of the middle two; NaN if the metric is undefined in some run.</param>
/// <param name="Minimum">Of the worst run.</param>
/// <param name="Maximum">Of the best run.</param>
/// <param name="StandardError">From the choice of examples: the runs' median.</param>
/// <param name="Chance">Score of the best constant answer.</param>
internal sealed record SeedSummary(string Metric, double Median, double Minimum, double Maximum, double StandardError, double Chance)
{
    /// <summary>Sums up one metric's scores, one a run.</summary>
    /// <exception cref="ArgumentException">No scores, or of different metrics.</exception>
    public static SeedSummary Of(IReadOnlyList<Score> scores)
    {
        if (scores.Count == 0 || scores.Any(score => score.Metric != scores[0].Metric))
            throw new ArgumentException("scores of one metric are needed, at least one", nameof(scores));
        var values = scores.Select(score => score.Value).ToList();
        return new SeedSummary(
            scores[0].Metric,
            Reports.Median.Of(values),
            values.Any(double.IsNaN) ? double.NaN : values.Min(),
            values.Max(),
            Reports.Median.Of([.. scores.Select(score => score.StandardError)]),
            scores[0].Chance);
    }
}

/// <summary>Fine-tuning in plaintext from a task's text, once for each seed.</summary>
internal sealed class FineTuneStage
{
    private readonly FineTuneInput _input;
    private readonly TaskData _train;
    private readonly TaskData _dev;

    private FineTuneStage(FineTuneInput input, TaskData train, TaskData dev)
    {
        _input = input;
        _train = train;
        _dev = dev;
    }

    /// <summary>Reads and tokenizes the task, and checks that adapters fit the model.</summary>
    /// <exception cref="ArgumentException">The task needs a folder, or the adapters' configuration does not fit the model.</exception>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static FineTuneStage Load(FineTuneInput input)
    {
        var source = new TaskCatalog(input.TaskFolder, input.WordNetFolder).Open(input.Task);
        var length = ModelFolder.Configuration(input.ModelFolder).SequenceLength;
        InputEncoder encoder = new(Checkpoint.Tokenizer(input.ModelFolder));
        using (var model = Checkpoint.Load(input.ModelFolder))
        using (new TaskClassifier(model, input.Task.Description.Labels.Count, input.Training.Lora, input.Training.Seed))
        {
            // Made and thrown away: what does not fit is found before anything is written.
        }
        return new FineTuneStage(
            input,
            TaskData.Tokenize(source, TaskSplit.Train, encoder, length, input.TrainLimit),
            TaskData.Tokenize(source, TaskSplit.Dev, encoder, length, input.DevLimit));
    }

    /// <summary>
    /// Trains and evaluates. Each run writes FOLDER/seed-N: losses.csv (step, learning rate, loss), predictions.csv, and either adapters and
    /// head in PEFT's files, or the changed model and adapters.safetensors with the head. Cancelling ends the run at hand after its step;
    /// its files are written, and the outcome says so; likewise where loss or gradient are no longer finite, with the weights before the
    /// failing step.
    /// </summary>
    public FineTuneOutcome Run(string folder, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var runs = new List<FineTuneRun>();
        for (var run = 0; run < _input.Seeds && !cancellation.IsCancellationRequested; run++)
        {
            runs.Add(RunOnce(run, folder, progress, cancellation));
            if (runs[^1].Training.Divergence is not null)
                break;
        }
        var labels = _dev.Labels();
        var scores = runs.Where(run => run.Training.IsComplete)
            .SelectMany(run => run.Training.Epochs[^1].Metrics.Select(metric => Score.Of(metric, labels)))
            .GroupBy(score => score.Metric);
        return new FineTuneOutcome(
            _input.Task.Description, _train.Count, _dev.Count, runs, [.. scores.Select(same => SeedSummary.Of([.. same]))]);
    }

    private FineTuneRun RunOnce(int run, string folder, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var settings = _input.Training with { Seed = _input.Training.Seed + run };
        var task = _input.Task.Description;
        var title = $"fine-tuning on {task.Name}, run {run + 1} of {_input.Seeds}";
        using var model = Checkpoint.Load(_input.ModelFolder);
        using var classifier = new TaskClassifier(model, task.Labels.Count, settings.Lora, settings.Seed);
        var training = FineTuner.Run(
            classifier, new EpochSource(_train, _dev, task.Metrics, settings), progress?.Relayed(state => state with { Title = title }),
            cancellation);
        Write(classifier, settings, training, Path.Combine(folder, StageFiles.Seed(settings.Seed)));
        return new FineTuneRun(settings.Seed, training);
    }

    private void Write(TaskClassifier classifier, TaskTrainingSettings settings, FineTuningResult training, string folder)
    {
        var labels = _input.Task.Description.Labels is { Count: > 0 } named ? named : null;
        Directory.CreateDirectory(folder);
        FineTuningStep.Write(Path.Combine(folder, StageFiles.Losses), training.Steps);
        if (training.IsComplete)
            EvaluateStage.PredictionsOf(classifier.Predict(_dev, settings.TrimPadding)).Write(Path.Combine(folder, StageFiles.Predictions));
        if (classifier.Adapters is { } adapters)
        {
            LoraFiles.Save(folder, adapters, classifier.Head, _input.ModelFolder, Checkpoint.WeightsSha256(_input.ModelFolder), labels);
            return;
        }
        Checkpoint.Save(classifier.Model, Checkpoint.Tokenizer(_input.ModelFolder), Path.Combine(folder, StageFiles.Model));
        classifier.Weights(settings.ToFineTuningSettings(_train.Count), labels).Write(Path.Combine(folder, StageFiles.Adapters));
    }
}

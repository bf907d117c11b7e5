using Crammed.Bert;
using Crammed.Cli.Reports;
using Crammed.Files;
using Crammed.Text;

namespace Crammed.Cli.Stages;

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

using System.Globalization;
using Crammed.Bert;
using Crammed.Cli.Reports;
using Crammed.Files;
using Crammed.Model;
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
        int length = ModelFolder.Configuration(input.ModelFolder).SequenceLength;
        var tokenizer = ModelFolder.Tokenizer(input.ModelFolder);
        using (var model = Checkpoint.Load(input.ModelFolder))
        using (new TaskClassifier(model, input.Task.Description.Labels.Count, input.Lora, input.Training.Seed))
        {
            // Made and thrown away: what does not fit is found before anything is written.
        }
        return new FineTuneStage(
            input,
            TaskData.Tokenize(source, TaskSplit.Train, tokenizer, length, input.TrainLimit),
            TaskData.Tokenize(source, TaskSplit.Dev, tokenizer, length, input.DevLimit));
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
        for (int run = 0; run < _input.Seeds && !cancellation.IsCancellationRequested; run++)
        {
            runs.Add(RunOnce(run, folder, progress, cancellation));
            if (runs[^1].Training.Divergence is not null)
                break;
        }
        double[] labels = _dev.Labels();
        var scores = runs.Where(run => run.Training.IsComplete)
            .SelectMany(run => run.Training.Epochs[^1].Metrics.Select(metric => Score.Of(metric, labels)))
            .GroupBy(score => score.Metric);
        return new FineTuneOutcome(
            _input.Task.Description, _train.Count, _dev.Count, runs, [.. scores.Select(same => SeedSummary.Of([.. same]))]);
    }

    private FineTuneRun RunOnce(int run, string folder, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var settings = _input.Training with { Seed = _input.Training.Seed + run };
        string title = $"fine-tuning on {_input.Task.Description.Name}, run {run + 1} of {_input.Seeds}";
        var relay = progress?.Relayed(state => state with { Title = title });
        using var model = Checkpoint.Load(_input.ModelFolder);
        using var classifier = new TaskClassifier(model, _input.Task.Description.Labels.Count, _input.Lora, settings.Seed);
        var training = TaskTrainer.Run(classifier, _train, _dev, _input.Task.Description.Metrics, settings, relay, cancellation);
        Write(classifier, settings, training, Path.Combine(folder, StageFiles.Seed(settings.Seed)));
        return new FineTuneRun(settings.Seed, training);
    }

    private void Write(TaskClassifier classifier, TaskTrainingSettings settings, TaskTrainingResult training, string folder)
    {
        Directory.CreateDirectory(folder);
        var losses = new CsvTable("step", "learning_rate", "loss");
        foreach (var step in training.Steps)
            losses.AddRow(step.Step, step.LearningRate, step.Loss);
        losses.Write(Path.Combine(folder, StageFiles.Losses));
        if (training.IsComplete)
            EvaluateStage.PredictionsOf(classifier.Predict(_dev, settings.TrimPadding)).Write(Path.Combine(folder, StageFiles.Predictions));
        if (classifier.Adapters is { } adapters)
        {
            LoraFiles.Save(folder, adapters, classifier.Head, _input.ModelFolder, Checkpoint.WeightsSha256(_input.ModelFolder));
            return;
        }
        Checkpoint.Save(
            classifier.Model, Path.Combine(_input.ModelFolder, CheckpointFiles.Vocabulary), Path.Combine(folder, StageFiles.Model));
        classifier.HeadWeights(settings, _train.Count).Write(Path.Combine(folder, StageFiles.Adapters));
    }
}

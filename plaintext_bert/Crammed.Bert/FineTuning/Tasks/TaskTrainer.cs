using System.Diagnostics;
using Crammed.Files;

namespace Crammed.Bert;

/// <summary>Fine-tunes a classifier in plaintext from token ids: cross entropy, or mean squared error for regression.</summary>
public static class TaskTrainer
{
    /// <summary>
    /// Trains in place, and evaluates after every epoch. Cancelling finishes the step at hand; a step whose loss or gradient is not finite
    /// is not taken and ends the run, so that the weights are the last finite ones.
    /// </summary>
    /// <param name="classifier">With adapters they, the biases they name and the head are trained; without, every weight.</param>
    /// <param name="training">Examples to train on.</param>
    /// <param name="evaluation">Examples to evaluate on.</param>
    /// <param name="metrics">Names of the task's metrics, the main one first.</param>
    /// <param name="settings">Hyperparameters.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <exception cref="ArgumentException">Data and model do not fit each other, or a setting is out of its range.</exception>
    public static TaskTrainingResult Run(
        TaskClassifier classifier,
        TaskData training,
        TaskData evaluation,
        IReadOnlyList<string> metrics,
        TaskTrainingSettings settings,
        IProgress<WorkProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(settings);
        using var run = new TaskTrainingRun(classifier, training, settings);
        evaluation.RequireFits(classifier.Model.Configuration, training.Classes);
        var clock = Stopwatch.StartNew();
        var steps = new List<FineTuningStep>();
        var epochs = new List<TaskEpoch>();
        int total = settings.TotalSteps(training.Count), perEpoch = settings.StepsPerEpoch(training.Count);
        progress?.Report(FineTuningStep.Start(total));
        while (steps.Count < total && !cancellation.IsCancellationRequested)
        {
            FineTuningStep step;
            try
            {
                step = run.Step(steps.Count);
            }
            catch (TrainingDivergedException exception)
            {
                return new TaskTrainingResult(steps, epochs, clock.Elapsed.TotalSeconds, Interrupted: false, exception);
            }

            steps.Add(step);
            progress?.Report(step.Progress(total));
            if (steps.Count % perEpoch != 0 && steps.Count != total)
                continue;
            var losses = steps.Skip((steps.Count - 1) / perEpoch * perEpoch).Select(taken => taken.Loss);
            var scores = classifier.Predict(evaluation, settings.TrimPadding, CancellationToken.None).Metrics(metrics);
            epochs.Add(new TaskEpoch(((steps.Count - 1) / perEpoch) + 1, steps.Count, losses.Average(), scores));
        }

        return new TaskTrainingResult(steps, epochs, clock.Elapsed.TotalSeconds, steps.Count < total);
    }
}

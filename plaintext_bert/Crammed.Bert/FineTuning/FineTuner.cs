using System.Diagnostics;

namespace Crammed.Bert;

/// <summary>Fine-tunes a classifier in plaintext: cross entropy, or mean squared error for regression.</summary>
public static class FineTuner
{
    /// <summary>
    /// Trains in place. Cancelling finishes the step at hand; a step whose loss or gradient is not finite is not taken and ends the run, so
    /// that the weights are the last finite ones.
    /// </summary>
    /// <param name="classifier">With adapters they, the biases they name and the head are trained; without, every weight.</param>
    /// <param name="source">The steps, and what follows them.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <exception cref="ArgumentException">Data and model do not fit each other.</exception>
    public static FineTuningResult Run(
        TaskClassifier classifier,
        FineTuningSource source,
        IProgress<FineTuningProgress>? progress = null,
        CancellationToken cancellation = default) => Run(classifier, source, observer: null, progress, cancellation);

    /// <summary>The same; the observer sees every forward pass and the optimizer's second moments.</summary>
    internal static FineTuningResult Run(
        TaskClassifier classifier,
        FineTuningSource source,
        IActivationObserver? observer,
        IProgress<FineTuningProgress>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(source);
        using var run = new FineTuningRun(classifier, source, observer);
        var clock = Stopwatch.StartNew();
        var steps = new List<FineTuningStep>();
        var epochs = new List<TaskEpoch>();
        TrainingDivergedException? divergence = null;
        var total = source.Settings.Steps;
        while (steps.Count < total && !cancellation.IsCancellationRequested)
        {
            try
            {
                steps.Add(run.Step(steps.Count));
            }
            catch (TrainingDivergedException exception)
            {
                divergence = exception;
                break;
            }

            var remaining = clock.Elapsed.TotalSeconds / steps.Count * (total - steps.Count);
            progress?.Report(new FineTuningProgress(steps[^1].Step, total, steps[^1].Loss, steps[^1].LearningRate, remaining));
            if (source.Evaluate(classifier, steps) is { } epoch)
                epochs.Add(epoch);
        }

        var interrupted = divergence is null && steps.Count < total;
        return new FineTuningResult(steps, epochs, clock.Elapsed.TotalSeconds, interrupted, divergence);
    }
}

/// <summary>State of a fine-tuning run after one step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">Mean loss over the step's batch, before its update.</param>
/// <param name="LearningRate">Rate of the update.</param>
/// <param name="RemainingSeconds">Estimate of the seconds left.</param>
public sealed record FineTuningProgress(int Step, int Steps, double Loss, double LearningRate, double RemainingSeconds);

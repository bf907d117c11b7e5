using System.Diagnostics;
using Crammed.Files;

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
        IProgress<WorkProgress>? progress = null,
        CancellationToken cancellation = default) => Run(classifier, source, observer: null, progress, cancellation);

    /// <summary>The same; the observer sees every forward pass and the optimizer's second moments.</summary>
    internal static FineTuningResult Run(
        TaskClassifier classifier,
        FineTuningSource source,
        IActivationObserver? observer,
        IProgress<WorkProgress>? progress,
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
        var start = new WorkProgress("fine-tuning", 0, total, "steps");
        progress?.Report(start);
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

            progress?.Report(start with { Done = steps.Count, Detail = FormattableString.Invariant($"loss {steps[^1].Loss:F4}") });
            if (source.Evaluate(classifier, steps) is { } epoch)
                epochs.Add(epoch);
        }

        var interrupted = divergence is null && steps.Count < total;
        return new FineTuningResult(steps, epochs, clock.Elapsed.TotalSeconds, interrupted, divergence);
    }
}

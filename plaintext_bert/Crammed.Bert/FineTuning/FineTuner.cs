using System.Diagnostics;
using Crammed.Files;

namespace Crammed.Bert;

/// <summary>
/// Carries out a draw in plaintext. In adapter mode on a float64 model this is the twin of the encrypted run: the same start, batches,
/// masks, loss and optimizer, so losses and final weights can be compared number by number.
/// </summary>
public static class FineTuner
{
    /// <summary>
    /// Trains on the draw's batches. Adapter mode leaves the model alone and trains adapters and head from the stored embeddings; full
    /// mode changes the model in place, trains from token ids and uses the model's dropout. Cancelling finishes the step at hand.
    /// </summary>
    /// <param name="model">Its scalar type is the run's.</param>
    /// <param name="draw">Start, batches, masks, hyperparameters.</param>
    /// <param name="training">The data that the draw's indices point into.</param>
    /// <param name="options">Mode and optimizer.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <param name="diverged">Told the state before a step whose loss or gradient is not finite, before the exception.</param>
    /// <exception cref="ArgumentException">Draw, model and data do not fit each other.</exception>
    /// <exception cref="TrainingDivergedException">Loss or gradient are no longer finite; the step was not taken.</exception>
    public static FineTuningResult Run(
        BertModel model,
        FineTuningDraw draw,
        TaskData training,
        FineTuningOptions options,
        IProgress<WorkProgress>? progress = null,
        CancellationToken cancellation = default,
        Action<FineTuningResult>? diverged = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var run = new FineTuningRun(model, draw, training, options);
        return Run(run, draw.Settings, observer: null, progress, cancellation, diverged);
    }

    internal static FineTuningResult Run(
        FineTuningRun run,
        FineTuningSettings settings,
        IActivationObserver? observer,
        IProgress<WorkProgress>? progress,
        CancellationToken cancellation,
        Action<FineTuningResult>? diverged = null)
    {
        var clock = Stopwatch.StartNew();
        var steps = new List<FineTuningStep>();
        progress?.Report(FineTuningStep.Start(settings.Steps));
        while (steps.Count < settings.Steps && !cancellation.IsCancellationRequested)
        {
            FineTuningStep step;
            try
            {
                step = run.Step(steps.Count, observer);
            }
            catch (TrainingDivergedException)
            {
                diverged?.Invoke(Result());
                throw;
            }

            steps.Add(step);
            progress?.Report(step.Progress(settings.Steps));
        }

        return Result();

        FineTuningResult Result() => new(run.Weights(), steps, clock.Elapsed.TotalSeconds, steps.Count < settings.Steps);
    }
}

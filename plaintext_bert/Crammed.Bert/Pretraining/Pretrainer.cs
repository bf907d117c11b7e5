using Crammed.Files;

namespace Crammed.Bert;

/// <summary>Trains a model to predict masked tokens within a budget of seconds, steps or tokens.</summary>
public static class Pretrainer
{
    /// <summary>
    /// Trains the model in place. With a budget in steps or tokens the result depends only on the seed (and on libtorch's arithmetic); with
    /// one in seconds also on the machine's speed. Cancelling finishes the step at hand and returns what is there. Writes no file but
    /// checkpoints.
    /// </summary>
    /// <param name="model">Trained in place; float32.</param>
    /// <param name="training">Text to train on.</param>
    /// <param name="heldOut">Text for the held-out loss, of other documents.</param>
    /// <param name="settings">The recipe; validated here.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <param name="checkpoints">Where it saves itself and what it resumes from; null: neither.</param>
    /// <exception cref="ArgumentException">A setting out of its range, or a corpus of another sequence length.</exception>
    /// <exception cref="InvalidDataException">The checkpoint to resume from is malformed or another run's.</exception>
    /// <exception cref="TrainingDivergedException">Training diverged; the state before the failing step was saved.</exception>
    public static PretrainingResult Run(
        BertModel model,
        PretrainingCorpus training,
        PretrainingCorpus heldOut,
        PretrainingSettings settings,
        IProgress<WorkProgress>? progress = null,
        CancellationToken cancellation = default,
        PretrainingCheckpoints? checkpoints = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        settings = settings.Resolved(checkpoints?.Resume);
        if (training.SequenceLength != model.Configuration.SequenceLength || heldOut.SequenceLength != model.Configuration.SequenceLength)
            throw new ArgumentException(
                $"the corpus must be packed to the model's sequence length, {model.Configuration.SequenceLength}", nameof(training));
        using var run = new PretrainingRun(model, training, settings);
        return new PretrainingLoop(run, training, heldOut, settings, checkpoints).Run(progress, cancellation);
    }
}

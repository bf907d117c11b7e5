using System.Diagnostics;

namespace Crammed.Bert;

/// <summary>Trains a model to predict masked tokens within a budget of seconds or steps.</summary>
public static class Pretrainer
{
    private const int HeldOutSequences = 256;

    /// <summary>
    /// Trains the model in place. With a budget in steps the result depends only on the seed (and on libtorch's arithmetic); with one in
    /// seconds also on the machine's speed. Cancelling finishes the step at hand and returns what is there. Writes no file.
    /// </summary>
    /// <param name="model">Trained in place; float32.</param>
    /// <param name="training">Text to train on.</param>
    /// <param name="heldOut">Text for the held-out loss, of other documents; see <see cref="HeldOutSplit"/>.</param>
    /// <param name="settings">The recipe; validated here.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <exception cref="ArgumentException">A setting out of its range, or a corpus of another sequence length.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer finite; the message says at which step.</exception>
    public static PretrainingResult Run(
        BertModel model,
        PretrainingCorpus training,
        PretrainingCorpus heldOut,
        PretrainingSettings settings,
        IProgress<PretrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (training.SequenceLength != model.Configuration.SequenceLength || heldOut.SequenceLength != model.Configuration.SequenceLength)
            throw new ArgumentException(
                $"the corpus must be packed to the model's sequence length, {model.Configuration.SequenceLength}", nameof(training));
        using var run = new PretrainingRun(model, training, settings);
        var clock = Stopwatch.StartNew();
        double used;
        double? heldOutLoss = null;
        var nextHeldOut = 0.1;
        while ((used = UsedBudget(settings, run.Steps, clock)) < 1 && !cancellation.IsCancellationRequested)
        {
            var (loss, penalty) = run.Step(used);
            used = UsedBudget(settings, run.Steps, clock);
            if (used >= nextHeldOut)
            {
                heldOutLoss = MaskedLanguageModel.HeldOut(model, heldOut, settings, HeldOutSequences);
                nextHeldOut += 0.1;
            }

            var elapsed = clock.Elapsed.TotalSeconds;
            var remaining = elapsed * Math.Max(0, 1 - used) / used;
            progress?.Report(new PretrainingProgress(
                run.Steps, Math.Min(1, used), elapsed, remaining, run.Tokens / elapsed, loss, penalty, heldOutLoss));
        }

        var final = MaskedLanguageModel.HeldOut(model, heldOut, settings, HeldOutSequences);
        return new PretrainingResult(run.Steps, run.Tokens, clock.Elapsed.TotalSeconds, run.RecentLoss, final, used < 1);
    }

    /// <summary>
    /// Splits documents: every one of the held-out ones is chosen by the seed, independently, with the settings' fraction.
    /// </summary>
    public static (IReadOnlyList<string> Training, IReadOnlyList<string> HeldOut) HeldOutSplit(
        IEnumerable<string> documents, PretrainingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(settings);
        var random = new SeededRandom(settings.Seed, "held-out documents");
        var split = documents.ToLookup(_ => random.NextDouble() < settings.HeldOutFraction);
        return (split[false].ToList(), split[true].ToList());
    }

    private static double UsedBudget(PretrainingSettings settings, int steps, Stopwatch clock) =>
        settings.BudgetSteps is { } budget ? (double)steps / budget : clock.Elapsed.TotalSeconds / settings.BudgetSeconds!.Value;
}

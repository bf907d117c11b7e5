using System.Diagnostics;
using Crammed.Files;

namespace Crammed.Bert;

/// <summary>A run with its clock, its metrics and its checkpoints, from where it starts to the end of its budget.</summary>
internal sealed class PretrainingLoop
{
    private const int HeldOutSequences = 256;

    private readonly PretrainingRun run;
    private readonly PretrainingCorpus heldOut;
    private readonly PretrainingSettings settings;
    private readonly PretrainingCheckpoints? checkpoints;
    private readonly string identity;
    private readonly List<PretrainingMetrics> metrics = [];
    private readonly double earlierSeconds;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan lastSaved;
    private int? savedSteps;
    private double? heldOutLoss;

    /// <exception cref="InvalidDataException">The checkpoint to resume from is malformed or another run's.</exception>
    public PretrainingLoop(
        PretrainingRun run,
        PretrainingCorpus training,
        PretrainingCorpus heldOut,
        PretrainingSettings settings,
        PretrainingCheckpoints? checkpoints)
    {
        this.run = run;
        this.heldOut = heldOut;
        this.settings = settings;
        this.checkpoints = checkpoints;
        identity = checkpoints is null ? "" : PretrainingIdentity.Of(run.Model.Configuration, settings, training, heldOut);
        if (checkpoints?.Resume is not { } resumed)
            return;
        resumed.RequireSame(run.Model.Configuration, settings, training, heldOut);
        metrics = resumed.Restore(run);
        earlierSeconds = resumed.State.Seconds;
        heldOutLoss = metrics.LastOrDefault(row => row.HeldOutLoss is not null)?.HeldOutLoss;
    }

    private double Seconds => earlierSeconds + clock.Elapsed.TotalSeconds;

    private double UsedBudget => settings.UsedBudget(run.Steps, run.Tokens, Seconds);

    public PretrainingResult Run(IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        double used;
        progress?.Report(Progress());
        while ((used = UsedBudget) < 1 && !cancellation.IsCancellationRequested)
        {
            Step(used);
            progress?.Report(Progress());
            if (clock.Elapsed - lastSaved >= checkpoints?.Interval)
                Save();
        }

        Save();
        // An interrupted run ends at once; the budget's last step took the held-out loss.
        var final = heldOutLoss ?? double.NaN;
        return new PretrainingResult(run.Steps, run.Tokens, Seconds, RecentLoss(), final, used < 1, metrics);
    }

    private void Step(double used)
    {
        PretrainingMetrics row;
        try
        {
            row = run.Step(used);
        }
        catch (TrainingDivergedException)
        {
            Save();
            throw;
        }

        if (settings.IsHeldOutDue(used, UsedBudget))
            row = row with { HeldOutLoss = heldOutLoss = HeldOut() };
        metrics.Add(row with { Seconds = Seconds });
    }

    /// <summary>In units of the budget.</summary>
    private WorkProgress Progress()
    {
        var detail = metrics.LastOrDefault() is not { } last
            ? null
            : FormattableString.Invariant($"step {last.Step}, loss {last.Loss:F3}, {last.Tokens / last.Seconds:N0} tokens/s");
        if (heldOutLoss is { } loss)
            detail += FormattableString.Invariant($", held-out {loss:F3}, perplexity {Math.Exp(loss):F1}");
        var (done, total, unit) = settings switch
        {
            { BudgetSteps: { } steps } => (run.Steps, steps, "steps"),
            { BudgetTokens: { } tokens } => (run.Tokens, tokens, "tokens"),
            _ => ((long)Seconds, (long)Math.Ceiling(settings.BudgetSeconds!.Value), "seconds"),
        };
        return new WorkProgress("pretraining", Math.Min(done, total), total, unit, detail);
    }

    private double HeldOut() => MaskedLanguageModel.HeldOut(run.Model, heldOut, settings, HeldOutSequences);

    /// <summary>Mean loss of the last tenth of the steps.</summary>
    private double RecentLoss() =>
        metrics.Skip(metrics.Count * 9 / 10).Select(row => row.Loss).DefaultIfEmpty(double.NaN).Average();

    private void Save()
    {
        if (savedSteps == run.Steps)
            return;
        checkpoints?.Save(run, metrics, Seconds, identity);
        (savedSteps, lastSaved) = (run.Steps, clock.Elapsed);
    }
}

using System.Diagnostics;
using Crammed.Files;

namespace Crammed.Bert;

/// <summary>A run with its clock, its metrics and its checkpoints, from where it starts to the end of its budget.</summary>
internal sealed class PretrainingLoop
{
    private const int HeldOutSequences = 256;

    private readonly PretrainingRun _run;
    private readonly PretrainingCorpus _heldOut;
    private readonly PretrainingSettings _settings;
    private readonly PretrainingCheckpoints? _checkpoints;
    private readonly string _identity;
    private readonly List<PretrainingMetrics> _metrics = [];
    private readonly double _earlierSeconds;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _lastSaved;
    private int? _savedSteps;
    private double? _heldOutLoss;

    /// <exception cref="InvalidDataException">The checkpoint to resume from is malformed or another run's.</exception>
    public PretrainingLoop(
        PretrainingRun run,
        PretrainingCorpus training,
        PretrainingCorpus heldOut,
        PretrainingSettings settings,
        PretrainingCheckpoints? checkpoints)
    {
        _run = run;
        _heldOut = heldOut;
        _settings = settings;
        _checkpoints = checkpoints;
        _identity = checkpoints is null ? "" : PretrainingIdentity.Of(run.Model.Configuration, settings, training, heldOut);
        if (checkpoints?.Resume is not { } resumed)
            return;
        resumed.RequireSame(run.Model.Configuration, settings, training, heldOut);
        _metrics = resumed.Restore(run);
        _earlierSeconds = resumed.State.Seconds;
        _heldOutLoss = _metrics.LastOrDefault(row => row.HeldOutLoss is not null)?.HeldOutLoss;
    }

    private double Seconds => _earlierSeconds + _clock.Elapsed.TotalSeconds;

    private double UsedBudget => _settings.UsedBudget(_run.Steps, _run.Tokens, Seconds);

    public PretrainingResult Run(IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        double used;
        progress?.Report(Progress());
        while ((used = UsedBudget) < 1 && !cancellation.IsCancellationRequested)
        {
            Step(used);
            progress?.Report(Progress());
            if (_clock.Elapsed - _lastSaved >= _checkpoints?.Interval)
                Save();
        }

        Save();
        // An interrupted run ends at once; the budget's last step took the held-out loss.
        var final = _heldOutLoss ?? double.NaN;
        return new PretrainingResult(_run.Steps, _run.Tokens, Seconds, RecentLoss(), final, used < 1, _metrics);
    }

    private void Step(double used)
    {
        PretrainingMetrics row;
        try
        {
            row = _run.Step(used);
        }
        catch (TrainingDivergedException)
        {
            Save();
            throw;
        }

        if (_settings.IsHeldOutDue(used, UsedBudget))
            row = row with { HeldOutLoss = _heldOutLoss = HeldOut() };
        _metrics.Add(row with { Seconds = Seconds });
    }

    /// <summary>In units of the budget.</summary>
    private WorkProgress Progress()
    {
        var detail = _metrics.LastOrDefault() is not { } last
            ? null
            : FormattableString.Invariant($"step {last.Step}, loss {last.Loss:F3}, {last.Tokens / last.Seconds:N0} tokens/s");
        if (_heldOutLoss is { } loss)
            detail += FormattableString.Invariant($", held-out {loss:F3}, perplexity {Math.Exp(loss):F1}");
        var (done, total, unit) = _settings switch
        {
            { BudgetSteps: { } steps } => (_run.Steps, steps, "steps"),
            { BudgetTokens: { } tokens } => (_run.Tokens, tokens, "tokens"),
            _ => ((long)Seconds, (long)Math.Ceiling(_settings.BudgetSeconds!.Value), "seconds"),
        };
        return new WorkProgress("pretraining", Math.Min(done, total), total, unit, detail);
    }

    private double HeldOut() => MaskedLanguageModel.HeldOut(_run.Model, _heldOut, _settings, HeldOutSequences);

    /// <summary>Mean loss of the last tenth of the steps.</summary>
    private double RecentLoss() =>
        _metrics.Skip(_metrics.Count * 9 / 10).Select(row => row.Loss).DefaultIfEmpty(double.NaN).Average();

    private void Save()
    {
        if (_savedSteps == _run.Steps)
            return;
        _checkpoints?.Save(_run, _metrics, Seconds, _identity);
        (_savedSteps, _lastSaved) = (_run.Steps, _clock.Elapsed);
    }
}

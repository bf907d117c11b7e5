using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Commands.Plan;

/// <summary>The group <c>he</c> of <c>crammed plan</c>.</summary>
public sealed record PlanEncryptionSettings
{
    [Description("name of the CKKS parameter set")]
    public required string Parameters { get; init; }

    [Description("what restores a ciphertext that is out of levels")]
    public required RefreshPolicy Refresh { get; init; }

    [Description("memory that a run may take, in GiB; null: whatever it needs"), Range(0.0, 1 << 20, MinimumIsExclusive = true)]
    public required double? Memory { get; init; }
}

/// <summary>What <c>crammed plan</c> reads: cfg_plan.yaml.</summary>
[ReadWith("eval.finetune", "draw=null")]
[ReadWith("eval.tasks", "draw=null")]
[ReadWith("eval.encrypted_examples")]
public sealed record PlanSettings : ICheckedSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of a calibrated checkpoint of crammed-bert-he")]
    public required string Model { get; init; }

    [Description("folder of the exported task (its train) whose batches show how large values are; null: random tokens")]
    public required string? Export { get; init; }

    [Description("file of a draw, whose hyperparameters then count; it goes with export; null: those of eval")]
    public required string? Draw { get; init; }

    [Description("examples in the slots, a power of two; null: the least that holds a step's"), Range(1, 65536)]
    public required int? Batch { get; init; }

    [Description("calibration.json of an earlier plan of this model, used if its program is the same; null: run steps on clear slots")]
    public required string? Calibration { get; init; }

    [Description("steps on clear slots that show how large values are; no more than the draw has"), Range(1, 1000)]
    public required int CalibrationSteps { get; init; }

    [Description("cost tables (CSV); of an operation the first one's rows count; none: the one that comes with the program")]
    public required IReadOnlyList<string> Costs { get; init; }

    [Description("sets of refreshed values that the planner tries"), Range(1, 1_000_000_000)]
    public required int Search { get; init; }

    [Description("seconds in which an integer program improves on the search and proves how far from the best it is; 0: none"), Range(0.0, 86400.0)]
    public required double SolverSeconds { get; init; }

    [Description("seed of the planner's search and of random tokens"), Range(0, int.MaxValue)]
    public required int Seed { get; init; }

    [Description("least log2 of a value's root mean square over that of its noise; a plan with less is refused"), Range(-60.0, 60.0)]
    public required double LeastSignalBits { get; init; }

    [Description("fine-tuning, where no draw is given")]
    public required EvalGroupSettings Eval { get; init; }

    [Description("encryption")]
    public required PlanEncryptionSettings He { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Export is null != (Draw is null))
        {
            yield return Draw is null
                ? new(nameof(Draw), "is null and export is given; a draw says which examples make a batch (crammed draw)")
                : new(nameof(Export), "is null and draw is given; the draw's batches are examples of an export");
        }
        if (Batch is { } batch && !int.IsPow2(batch))
            yield return new(nameof(Batch), $"is {batch}; it must be a power of two");
    }
}

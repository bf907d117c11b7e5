using System.ComponentModel;
using Crammed.Cli.Configuration;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Commands.Plan;

/// <summary>What <c>crammed plan</c> reads: cfg_plan.yaml.</summary>
[ReadWith("eval.finetune", "draw=null")]
[ReadWith("eval.tasks", "draw=null")]
[ReadWith("eval.encrypted_examples")]
public sealed record PlanSettings : PlanningSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of a calibrated checkpoint of crammed-bert or crammed-bert-he")]
    public required string Model { get; init; }

    [Description("folder of the exported task (its train) whose batches show how large values are; null: random tokens")]
    public required string? Export { get; init; }

    [Description("file of a draw, whose hyperparameters then count; it goes with export; null: those of eval")]
    public required string? Draw { get; init; }

    [Description("calibration.json of an earlier plan of this model, used if its program is the same; null: run steps on clear slots")]
    public required string? Calibration { get; init; }

    [Description("fine-tuning, where no draw is given")]
    public required EvalGroupSettings Eval { get; init; }

    [Description("encryption")]
    public required EncryptionSettings He { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<SettingsProblem> Check()
    {
        foreach (var problem in base.Check())
            yield return problem;
        if (Export is null != (Draw is null))
        {
            yield return Draw is null
                ? new(nameof(Draw), "is null and export is given; a draw says which examples make a batch (crammed draw)")
                : new(nameof(Export), "is null and draw is given; the draw's batches are examples of an export");
        }
    }
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Bert;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>How <c>crammed finetune</c> trains.</summary>
public enum FinetuneMode
{
    /// <summary>By a draw, on an exported task: adapters and head, as under encryption, step by step.</summary>
    Adapters,

    /// <summary>From a task's text: adapters and head.</summary>
    Lora,

    /// <summary>From a task's text: every weight.</summary>
    Full,
}

/// <summary>What a plan's programs run on.</summary>
public enum FheMode
{
    /// <summary>Clear slots.</summary>
    Disable,

    /// <summary>Clear slots with the noise that ciphertexts are estimated to have.</summary>
    Simulate,

    /// <summary>Ciphertexts.</summary>
    Execute,
}

/// <summary>What <c>crammed finetune</c> reads: cfg_finetune.yaml.</summary>
[ReadWith("export", "mode=adapters")]
[ReadWith("export", "fhe=null", "plan!=null")]
[ReadWith("draw", "mode=adapters")]
[ReadWith("draw", "fhe=null", "plan!=null")]
[ReadWith("eval.finetune", "mode=adapters")]
[ReadWith("eval.finetune", "draw=null")]
[ReadWith("eval.tasks", "draw=null")]
[ReadWith("eval.encrypted_examples", "fhe=execute")]
[ReadWith("eval.encrypted_examples", "plan=null")]
[ReadWith("finetune", "mode=lora", "mode=full")]
[ReadWith("data", "mode=lora", "mode=full", "fhe!=null")]
[ReadWith("data", "plan=null")]
[ReadWith("seeds", "mode=lora", "mode=full")]
[ReadWith("train_limit", "mode=lora", "mode=full", "fhe!=null")]
[ReadWith("train_limit", "plan=null")]
[ReadWith("dev_limit", "mode=lora", "mode=full", "fhe!=null")]
[ReadWith("dev_limit", "plan=null")]
[ReadWith("plan", "fhe!=null")]
[ReadWith("noise_seed", "fhe=simulate")]
[ReadWith("noise_runs", "fhe=execute")]
[ReadWith("container", "fhe=execute")]
[ReadWith("container", "plan!=null")]
[ReadWith("keys", "fhe=execute")]
[ReadWith("keys", "plan!=null")]
[ReadWith("he", "fhe!=null")]
[ReadWith("he", "plan=null")]
[ReadWith("planning", "fhe!=null")]
[ReadWith("planning", "plan=null")]
public sealed record FinetuneCommandSettings : ICheckedSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of the model")]
    public required string Model { get; init; }

    [Description("folder of the exported task (its train)")]
    public required string Export { get; init; }

    [Description("file of a draw, whose hyperparameters then count; null: draw one with those of eval")]
    public required string? Draw { get; init; }

    [Description("adapters: carry out a draw on an export, as under encryption; lora, full: train from a task's text (group finetune)")]
    public required FinetuneMode Mode { get; init; }

    [Description("what a plan's programs run on; disable: clear slots, simulate: with noise, execute: ciphertexts; null: plaintext, no plan")]
    public required FheMode? Fhe { get; init; }

    [Description("folder of a plan (crammed plan), with fhe; null: make what is missing, from the task's export to the keys, in the run's folder")]
    public required string? Plan { get; init; }

    [Description("folder of an encrypted container for the plan (crammed convert), with fhe=execute and plan")]
    public required string? Container { get; init; }

    [Description("folder of the plan's keys (crammed keygen), with fhe=execute and plan")]
    public required string? Keys { get; init; }

    [Description("seed of the noise, with fhe=simulate"), Range(0, int.MaxValue)]
    public required int NoiseSeed { get; init; }

    [Description("with fhe=execute, clear runs with the noise of ciphertexts, whose spread bounds the encrypted losses in the report; 0: no bound")]
    [Range(0, 1000)]
    public required int NoiseRuns { get; init; }

    [Description("the task; with mode=adapters also fine-tuning by a draw")]
    public required EvalGroupSettings Eval { get; init; }

    [Description("fine-tuning with mode=lora or full")]
    public required TaskTrainingSettings Finetune { get; init; }

    [Description("where tasks come from, with mode=lora or full, or with fhe and no plan")]
    public required TaskDataSettings Data { get; init; }

    [Description("runs with mode=lora or full, of which the median and the spread are reported"), Range(1, 1000)]
    public required int Seeds { get; init; }

    [Description("where data is read, train on at most so many examples, a random subset; null: all"), Range(1, int.MaxValue)]
    public required int? TrainLimit { get; init; }

    [Description("where data is read, evaluate on at most so many examples; null: all"), Range(1, int.MaxValue)]
    public required int? DevLimit { get; init; }

    [Description("encryption, with fhe and no plan")]
    public required EncryptionSettings He { get; init; }

    [Description("how the programs are planned, with fhe and no plan")]
    public required PlanningSettings Planning { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        foreach (var problem in ExportedExamplesRule.Check(nameof(Eval), Eval))
            yield return problem;
        if (Fhe is null)
            yield break;
        if (NoiseRuns == 1)
            yield return new(nameof(NoiseRuns), "is 1; a spread takes two runs or more, and 0 gives no bound");
        if (Mode != FinetuneMode.Adapters)
            yield return new(nameof(Mode), $"is {SettingsTypes.ChoiceOf(Mode)}; fhe={SettingsTypes.ChoiceOf(Fhe)} trains adapters and head");
        if (Plan is null)
        {
            if (Eval.Tasks.IsGlue && Data.Glue is null)
                yield return new(nameof(Data), $"has no glue folder, which the task {Eval.Tasks.Name} needs; give data.glue=DIR");
            yield break;
        }
        if (Draw is null)
            yield return new(nameof(Draw), "is null; a plan's programs train by the draw that was planned: give draw=FILE");
        if (Fhe == FheMode.Execute && Container is null)
            yield return new(nameof(Container), "is null; give the plan's container, or plan=null to make everything");
        if (Fhe == FheMode.Execute && Keys is null)
            yield return new(nameof(Keys), "is null; give the plan's keys, or plan=null to make everything");
    }
}

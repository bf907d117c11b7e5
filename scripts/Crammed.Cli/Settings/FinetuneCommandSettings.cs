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

/// <summary>What the circuit of a command computes on, where it is not plaintext.</summary>
public enum FheMode
{
    /// <summary>Ciphertexts.</summary>
    Execute,
}

/// <summary>What <c>crammed finetune</c> reads: cfg_finetune.yaml.</summary>
[ReadWith("export", "mode=adapters")]
[ReadWith("draw", "mode=adapters")]
[ReadWith("eval.finetune", "mode=adapters")]
[ReadWith("eval.finetune", "draw=null")]
[ReadWith("eval.tasks", "draw=null")]
[ReadWith("eval.encrypted_examples")]
[ReadWith("finetune", "mode=lora", "mode=full")]
[ReadWith("data", "mode=lora", "mode=full")]
[ReadWith("seeds", "mode=lora", "mode=full")]
[ReadWith("train_limit", "mode=lora", "mode=full")]
[ReadWith("dev_limit", "mode=lora", "mode=full")]
[ReadWith("container", "fhe=execute")]
[ReadWith("keys", "fhe=execute")]
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

    [Description("execute: on ciphertexts (container and keys count); null: in plaintext")]
    public required FheMode? Fhe { get; init; }

    [Description("folder of an encrypted container (crammed convert), read with fhe=execute")]
    public required string Container { get; init; }

    [Description("folder of the keys (crammed keygen), read with fhe=execute")]
    public required string Keys { get; init; }

    [Description("the task; with mode=adapters also fine-tuning by a draw")]
    public required EvalGroupSettings Eval { get; init; }

    [Description("fine-tuning with mode=lora or full")]
    public required TaskTrainingSettings Finetune { get; init; }

    [Description("where tasks come from, with mode=lora or full")]
    public required TaskDataSettings Data { get; init; }

    [Description("runs with mode=lora or full, of which the median and the spread are reported"), Range(1, 1000)]
    public required int Seeds { get; init; }

    [Description("with mode=lora or full, train on at most so many examples, a random subset; null: all"), Range(1, int.MaxValue)]
    public required int? TrainLimit { get; init; }

    [Description("with mode=lora or full, evaluate on at most so many examples; null: all"), Range(1, int.MaxValue)]
    public required int? DevLimit { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        foreach (var problem in ExportedExamplesRule.Check(nameof(Eval), Eval))
            yield return problem;
        if (Fhe is not null && Draw is null)
            yield return new(nameof(Draw), "is null; fhe=execute needs the draw that the container was made from");
        if (Fhe is not null && Mode != FinetuneMode.Adapters)
            yield return new(nameof(Mode), $"is {SettingsTypes.ChoiceOf(Mode)}; fhe=execute trains adapters and head");
    }
}

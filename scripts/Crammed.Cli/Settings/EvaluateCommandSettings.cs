using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>Where the examples of an evaluation come from.</summary>
public enum ExampleSource
{
    /// <summary>An exported task.</summary>
    Export,

    /// <summary>The text of a task.</summary>
    Text,
}

/// <summary>How an evaluation in plaintext computes what ciphertexts can only approximate.</summary>
public enum FunctionKind
{
    /// <summary>The true functions.</summary>
    Exact,

    /// <summary>Both: the true functions, and beside them the polynomials that ciphertexts are evaluated by.</summary>
    Polynomial,
}

/// <summary>What <c>crammed evaluate</c> reads: cfg_evaluate.yaml.</summary>
[ReadWith("adapters", "fhe!=execute")]
[ReadWith("draw", "fhe!=execute")]
[ReadWith("export", "source=export")]
[ReadWith("eval", "source=text")]
[ReadWith("data", "source=text")]
[ReadWith("dev_limit", "source=text", "fhe=disable", "fhe=simulate")]
[ReadWith("noise_bits", "functions=polynomial")]
[ReadWith("polynomial", "functions=polynomial")]
[ReadWith("container", "fhe=execute")]
[ReadWith("keys", "fhe=execute")]
[ReadWith("run", "fhe=execute")]
[ReadWith("plan", "fhe!=null")]
[ReadWith("noise_seed", "fhe=simulate")]
public sealed record EvaluateCommandSettings : ICheckedSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of the model")]
    public required string Model { get; init; }

    [Description("export: an exported task (export); text: the text of a task (group eval/tasks, data)")]
    public required ExampleSource Source { get; init; }

    [Description("folder of the exported task (its dev), with source=export")]
    public required string Export { get; init; }

    [Description("trained adapters: the file of mode=adapters, or the folder TASK/seed-N of mode=lora|full; null: a draw's untrained ones")]
    public required string? Adapters { get; init; }

    [Description("file of a draw; null: evaluate trained adapters")]
    public required string? Draw { get; init; }

    [Description("what a plan's programs run on; disable: clear slots, simulate: with noise, execute: ciphertexts; null: plaintext, no plan")]
    public required FheMode? Fhe { get; init; }

    [Description("folder of a plan (crammed plan), read with fhe")]
    public required string Plan { get; init; }

    [Description("folder of an encrypted container (crammed convert), read with fhe=execute")]
    public required string Container { get; init; }

    [Description("folder of the keys (crammed keygen), read with fhe=execute")]
    public required string Keys { get; init; }

    [Description("folder of the encrypted run whose adapters are evaluated (crammed finetune fhe=execute), read with fhe=execute")]
    public required string Run { get; init; }

    [Description("seed of the noise, with fhe=simulate"), Range(0, int.MaxValue)]
    public required int NoiseSeed { get; init; }

    [Description("the task, with source=text")]
    public required TaskChoiceSettings Eval { get; init; }

    [Description("where tasks come from, with source=text")]
    public required TaskDataSettings Data { get; init; }

    [Description("with source=text, or with fhe=disable or simulate, evaluate on at most so many examples; null: all"), Range(1, int.MaxValue)]
    public required int? DevLimit { get; init; }

    [Description("exact: the true functions; polynomial: beside them the polynomials that ciphertexts are evaluated by")]
    public required FunctionKind Functions { get; init; }

    [Description("with functions=polynomial, Gaussian noise of standard deviation 2^-noise_bits on every result of a product; null: none")]
    [Range(1.0, 60.0)]
    public required double? NoiseBits { get; init; }

    [Description("the polynomials, with functions=polynomial")]
    public required PolynomialSettings Polynomial { get; init; }

    [Description("use of the machine")]
    public required ImplementationSettings Impl { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Adapters is null && Draw is null)
            yield return new(nameof(Adapters), "and draw are both null; give one of them");
        if (Adapters is not null && Draw is not null)
            yield return new(nameof(Draw), $"is {Draw} and adapters is {Adapters}; set one of them to null");
        if (Fhe is not null && (Functions != FunctionKind.Exact || Source != ExampleSource.Export))
        {
            yield return new(
                nameof(Fhe), $"is {SettingsTypes.ChoiceOf(Fhe)}, which evaluates a plan's polynomials on an export; leave functions and source");
        }
    }
}

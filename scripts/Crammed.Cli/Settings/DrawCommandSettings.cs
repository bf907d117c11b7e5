using System.ComponentModel;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>What <c>crammed draw</c> reads: cfg_draw.yaml.</summary>
[ReadWith("eval.encrypted_examples")]
public sealed record DrawCommandSettings : ICheckedSettings
{
    [Description("name of the run; its files go to outputs/NAME")]
    public required string Name { get; init; }

    [Description("folder of the model")]
    public required string Model { get; init; }

    [Description("folder of the exported task (its train)")]
    public required string Export { get; init; }

    [Description("fine-tuning")]
    public required EvalGroupSettings Eval { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check() => ExportedExamplesRule.Check(nameof(Eval), Eval);
}

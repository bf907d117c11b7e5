using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Bert;

namespace Crammed.Cli.Settings;

/// <summary>The keys <c>finetune.lora</c>: adapters as in PEFT's LoraConfig.</summary>
public sealed record LoraSettings
{
    [Description("rank of the adapters"), Range(1, 256)]
    public required int Rank { get; init; }

    [Description("adapters are scaled by alpha / rank"), Range(0.0, 1024.0, MinimumIsExclusive = true)]
    public required double Alpha { get; init; }

    [Description("share of an adapter's inputs dropped in training"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public required double Dropout { get; init; }

    [Description("linear layers with adapters: query, key, value, output, expand, contract, or whole names (layers.0.attention.query)")]
    public required IReadOnlyList<string> TargetModules { get; init; }

    [Description("biases trained too: none, all of the model's, or those of the layers with adapters")]
    public required LoraBias Bias { get; init; }

    /// <summary>The configuration of the library.</summary>
    public LoraConfiguration ToConfiguration() =>
        new() { Rank = Rank, Alpha = Alpha, Dropout = Dropout, TargetModules = TargetModules, Bias = Bias };
}

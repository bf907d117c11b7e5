using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crammed.Bert;

/// <summary>Which biases are trained beside adapters, as PEFT's LoraConfig.bias.</summary>
public enum LoraBias
{
    /// <summary>None.</summary>
    None,

    /// <summary>Every bias of the model, those of its layer norms included.</summary>
    All,

    /// <summary>Those of the layers that have an adapter.</summary>
    LoraOnly,
}

/// <summary>
/// Low-rank adaptation of linear layers (Hu et al., ICLR 2022, arXiv 2106.09685), with the fields of PEFT's LoraConfig. An adapted layer
/// gives x W^T + b + (alpha / rank) * dropout(x) A^T B^T.
/// </summary>
public sealed record LoraConfiguration
{
    /// <summary>Rank r of A [r, in] and B [out, r].</summary>
    [Description("rank of the adapters"), Range(1, 256)]
    public int Rank { get; init; } = 2;

    /// <summary>What the adapters' product is scaled by, divided by the rank.</summary>
    [Description("adapters are scaled by alpha / rank"), Range(0.0, 1024.0, MinimumIsExclusive = true)]
    public double Alpha { get; init; } = 1;

    /// <summary>Probability of dropping a value of an adapter's input in training.</summary>
    [Description("share of an adapter's inputs dropped in training"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>
    /// The layers with adapters: a module's whole name (<c>layers.0.attention.query</c>) or its end (<c>query</c>), as in PEFT.
    /// </summary>
    [Description("linear layers with adapters: query, key, value, output, expand, contract, or whole names (layers.0.attention.query)")]
    public IReadOnlyList<string> TargetModules { get; init; } = ["query", "key", "value"];

    /// <summary>Which biases are trained too.</summary>
    [Description("biases trained too: none, all of the model's, or those of the layers with adapters")]
    public LoraBias Bias { get; init; } = LoraBias.None;

    /// <summary>The factor alpha / rank.</summary>
    public double Scaling => Alpha / Rank;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value out of its range; the message names the field, the value and the range.</exception>
    public void Validate()
    {
        SettingsRange.Check(this);
        Requirement.Check(TargetModules.Count > 0, string.Join(", ", TargetModules), "at least one name of a linear layer", nameof(TargetModules));
    }

    /// <summary>Whether a module gets an adapter.</summary>
    internal bool Targets(string module) => TargetModules.Any(target => IsNamed(target, module));

    /// <summary>Whether a target is a module's whole name or its end.</summary>
    internal static bool IsNamed(string target, string module) =>
        module == target || module.EndsWith("." + target, StringComparison.Ordinal);

    /// <summary>The last part of a module's name.</summary>
    internal static string EndOf(string module) => module[(module.LastIndexOf('.') + 1)..];
}

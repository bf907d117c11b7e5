using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Bert;

namespace Crammed.Cli.Settings;

/// <summary>The keys <c>train.penalty</c>: limits whose violation adds to the pretraining loss.</summary>
public sealed record PenaltySettings
{
    [Description("weight of the kernel's penalty; 0 for none"), Range(0.0, 1e6)]
    public required double KernelWeight { get; init; }

    [Description("penalise the kernel's argument below this share of its stable range"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public required double KernelFraction { get; init; }

    [Description("weight of the norms' penalty; 0 for none"), Range(0.0, 1e6)]
    public required double VarianceWeight { get; init; }

    [Description("largest over smallest variance that costs nothing"), Range(1.0, 1e6)]
    public required double VarianceRatio { get; init; }

    [Description("weight of the residual stream's penalty; 0 for none"), Range(0.0, 1e6)]
    public required double ResidualWeight { get; init; }

    [Description("size of the residual stream that costs nothing"), Range(0.0, 1e6, MinimumIsExclusive = true)]
    public required double ResidualLimit { get; init; }

    [Description("share of the budget after which the norms' and the residual stream's penalties start"), Range(0.0, 1.0)]
    public required double Start { get; init; }

    /// <summary>The pretrainer's penalties.</summary>
    public RangePenaltySettings ToRangePenaltySettings() => new()
    {
        KernelWeight = KernelWeight,
        KernelFraction = KernelFraction,
        VarianceWeight = VarianceWeight,
        VarianceRatio = VarianceRatio,
        ResidualWeight = ResidualWeight,
        ResidualLimit = ResidualLimit,
        Start = Start,
    };
}

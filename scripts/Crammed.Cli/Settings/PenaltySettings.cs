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

    [Description("largest variance before a norm that costs nothing, as in the reference's code (100 there); null: no such penalty")]
    [Range(0.0, 1e9, MinimumIsExclusive = true)]
    public required double? LargestVariance { get; init; }

    [Description("largest over smallest variance that costs nothing, as in the reference's code (300 there); null: no such penalty")]
    [Range(0.0, 1e9, MinimumIsExclusive = true)]
    public required double? LargestVarianceRatio { get; init; }

    [Description("largest size of a kernel's argument that costs nothing, as in the reference's code (480 there); null: no such penalty")]
    [Range(0.0, 1e9, MinimumIsExclusive = true)]
    public required double? LargestKernelArgument { get; init; }

    [Description("what a quantity above one of these three limits costs, in multiples of it"), Range(0.0, 1e6)]
    public required double LimitWeight { get; init; }

    [Description("share of the budget after which penalties start; that of the polynomial kernel's stable range always holds")]
    [Range(0.0, 1.0)]
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
        LargestVariance = LargestVariance,
        LargestVarianceRatio = LargestVarianceRatio,
        LargestKernelArgument = LargestKernelArgument,
        LimitWeight = LimitWeight,
        Start = Start,
    };
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crammed.Bert;

/// <summary>Limits whose violation adds to the pretraining loss; a weight of 0 switches a penalty off.</summary>
public sealed record RangePenaltySettings
{
    /// <summary>Weight of the squared excess of the polynomial kernel's argument, in units of 2^k, per example.</summary>
    [Description("weight of the kernel's penalty; 0 for none"), Range(0.0, 1e6)]
    public double KernelWeight { get; init; } = 0.1;

    /// <summary>Penalised below this part of the polynomial kernel's stable range [-2^(k+1), 0].</summary>
    [Description("penalise the kernel's argument below this share of its stable range"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double KernelFraction { get; init; } = 0.75;

    /// <summary>Weight of the mean squared excess of log variance outside its band, per norm.</summary>
    [Description("weight of the norms' penalty; 0 for none"), Range(0.0, 1e6)]
    public double VarianceWeight { get; init; } = 10;

    /// <summary>Width of the band: largest over smallest variance that costs nothing, centred (in logarithms) on the batch.</summary>
    [Description("largest over smallest variance that costs nothing"), Range(1.0, 1e6)]
    public double VarianceRatio { get; init; } = 4;

    /// <summary>Weight of the mean squared excess of |residual| over its limit.</summary>
    [Description("weight of the residual stream's penalty; 0 for none"), Range(0.0, 1e6)]
    public double ResidualWeight { get; init; } = 0.1;

    [Description("size of the residual stream that costs nothing"), Range(0.0, 1e6, MinimumIsExclusive = true)]
    public double ResidualLimit { get; init; } = 16;

    /// <summary>Largest variance before a norm that costs nothing (Rho et al.'s code: 100); null = no such penalty.</summary>
    [Description("largest variance before a norm that costs nothing, as in the reference's code (100 there); null: no such penalty")]
    [Range(0.0, 1e9, MinimumIsExclusive = true)]
    public double? LargestVariance { get; init; }

    /// <summary>Largest over smallest variance before a norm that costs nothing (Rho et al.'s code: 300); null = no such penalty.</summary>
    [Description("largest over smallest variance that costs nothing, as in the reference's code (300 there); null: no such penalty")]
    [Range(0.0, 1e9, MinimumIsExclusive = true)]
    public double? LargestVarianceRatio { get; init; }

    /// <summary>
    /// Largest magnitude of an unnormalised kernel's argument that costs nothing (Rho et al.'s code: 480); null = no such penalty.
    /// </summary>
    [Description("largest size of a kernel's argument that costs nothing, as in the reference's code (480 there); null: no such penalty")]
    [Range(0.0, 1e9, MinimumIsExclusive = true)]
    public double? LargestKernelArgument { get; init; }

    /// <summary>What a quantity above one of these three limits is multiplied by before it is added to the loss.</summary>
    [Description("what a quantity above one of these three limits costs, in multiples of it"), Range(0.0, 1e6)]
    public double LimitWeight { get; init; } = 100;

    /// <summary>The penalties start at this share of the budget; that of the polynomial kernel's stable range holds throughout.</summary>
    [Description("share of the budget after which penalties start; that of the polynomial kernel's stable range always holds")]
    [Range(0.0, 1.0)]
    public double Start { get; init; }
}

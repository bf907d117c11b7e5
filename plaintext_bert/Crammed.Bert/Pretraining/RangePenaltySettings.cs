namespace Crammed.Bert;

/// <summary>Limits whose violation adds to the pretraining loss; a weight of 0 switches a penalty off.</summary>
public sealed record RangePenaltySettings
{
    /// <summary>Weight of the squared excess of the polynomial kernel's argument, in units of 2^k, per example.</summary>
    public double KernelWeight { get; init; } = 0.1;

    /// <summary>Penalised below this part of the polynomial kernel's stable range [-2^(k+1), 0].</summary>
    public double KernelFraction { get; init; } = 0.75;

    /// <summary>Weight of the mean squared excess of log variance outside its band, per norm.</summary>
    public double VarianceWeight { get; init; } = 10;

    /// <summary>Width of the band: largest over smallest variance that costs nothing, centred (in logarithms) on the batch.</summary>
    public double VarianceRatio { get; init; } = 4;

    /// <summary>Weight of the mean squared excess of |residual| over its limit.</summary>
    public double ResidualWeight { get; init; } = 0.1;

    public double ResidualLimit { get; init; } = 16;

    /// <summary>Largest variance before a norm that costs nothing (Rho et al.'s code: 100); null = no such penalty.</summary>
    public double? LargestVariance { get; init; }

    /// <summary>Largest over smallest variance before a norm that costs nothing (Rho et al.'s code: 300); null = no such penalty.</summary>
    public double? LargestVarianceRatio { get; init; }

    /// <summary>
    /// Largest magnitude of an unnormalised kernel's argument that costs nothing (Rho et al.'s code: 480); null = no such penalty.
    /// </summary>
    public double? LargestKernelArgument { get; init; }

    /// <summary>What a quantity above one of these three limits is multiplied by before it is added to the loss.</summary>
    public double LimitWeight { get; init; } = 100;

    /// <summary>The penalties start at this share of the budget; that of the polynomial kernel's stable range holds throughout.</summary>
    public double Start { get; init; }

    internal void Validate()
    {
        Requirement.Check(KernelWeight is >= 0 and <= 1e6, KernelWeight, "0 to 1e6");
        Requirement.Check(KernelFraction is > 0 and <= 1, KernelFraction, "above 0, up to 1");
        Requirement.Check(VarianceWeight is >= 0 and <= 1e6, VarianceWeight, "0 to 1e6");
        Requirement.Check(VarianceRatio is >= 1 and <= 1e6, VarianceRatio, "1 to 1e6");
        Requirement.Check(ResidualWeight is >= 0 and <= 1e6, ResidualWeight, "0 to 1e6");
        Requirement.Check(ResidualLimit is > 0 and <= 1e6, ResidualLimit, "above 0, up to 1e6");
        CheckLimit(LargestVariance, "largest_variance");
        CheckLimit(LargestVarianceRatio, "largest_variance_ratio");
        CheckLimit(LargestKernelArgument, "largest_kernel_argument");
        Requirement.Check(LimitWeight is >= 0 and <= 1e6, LimitWeight, "0 to 1e6");
        Requirement.Check(Start is >= 0 and <= 1, Start, "0 to 1");
    }

    private static void CheckLimit(double? limit, string name) =>
        Requirement.Check(limit is null or (> 0 and <= 1e9), limit ?? 0, "above 0, up to 1e9", name);
}

namespace Crammed.Cli.Settings;

/// <summary>What turns query-key pairs into attention weights.</summary>
public enum Kernel
{
    /// <summary>exp(-||q-k||^2 / (2 sqrt(d_head))), without row normalisation.</summary>
    Gaussian,

    /// <summary>Softmax of q.k / sqrt(d_head), the baseline.</summary>
    Softmax,

    /// <summary>(1 + x/2^k)^(2^k) with x the Gaussian kernel's exponent.</summary>
    Polynomial,
}

namespace Crammed.Model;

/// <summary>How a query and a key become an attention score.</summary>
public enum AttentionKernel
{
    /// <summary>exp(-||q - k||^2 / (2 sqrt(head dimension))), no row normalisation (Rho et al. 2025, section 4).</summary>
    Gaussian,

    /// <summary>softmax over the keys of q.k / sqrt(head dimension), the usual attention.</summary>
    Softmax,

    /// <summary>(1 + x/2^k)^(2^k) of the Gaussian kernel's argument x, no row normalisation; k squarings and no approximation.</summary>
    Polynomial,
}

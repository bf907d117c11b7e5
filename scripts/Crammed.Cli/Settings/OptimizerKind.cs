namespace Crammed.Cli.Settings;

/// <summary>The optimizers of fine-tuning.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW with epsilon inside the root (Rho et al., arXiv 2410.02486, algorithm 1).</summary>
    AdamwHe,

    /// <summary>The same with the published polynomial for the inverse root (table 13), as on ciphertexts.</summary>
    AdamwHePolynomial,

    /// <summary>AdamW (Loshchilov and Hutter 2019), epsilon outside the root.</summary>
    Adamw,
}

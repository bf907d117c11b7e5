namespace Crammed.Cli.Settings;

/// <summary>The optimizers of fine-tuning.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW with epsilon inside the root (Rho et al., arXiv 2410.02486, algorithm 1).</summary>
    AdamwHe,

    /// <summary>AdamW (Loshchilov and Hutter 2019), epsilon outside the root.</summary>
    Adamw,
}

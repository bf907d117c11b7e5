namespace Crammed.Bert;

/// <summary>The optimizers of training.</summary>
public enum OptimizerKind
{
    /// <summary>m / sqrt(v + epsilon): AdamW-HE (Rho et al. 2025, algorithm 1), one inverse root on a domain bounded below.</summary>
    AdamwHe,

    /// <summary>The same with the published polynomial for the inverse root (table 13), as on ciphertexts.</summary>
    AdamwHePolynomial,

    /// <summary>m / (sqrt(v) + epsilon): the usual AdamW (Loshchilov and Hutter 2019).</summary>
    Adamw,
}

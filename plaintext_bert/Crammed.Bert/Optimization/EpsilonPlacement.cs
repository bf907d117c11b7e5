namespace Crammed.Bert;

/// <summary>Where AdamW's epsilon stands.</summary>
public enum EpsilonPlacement
{
    /// <summary>m / sqrt(v + epsilon): AdamW-HE (Rho et al. 2025, algorithm 1), one inverse root on a domain bounded below.</summary>
    InsideRoot,

    /// <summary>m / (sqrt(v) + epsilon): the usual AdamW (Loshchilov and Hutter 2019).</summary>
    OutsideRoot,
}

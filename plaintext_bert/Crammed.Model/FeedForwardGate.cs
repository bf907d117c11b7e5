namespace Crammed.Model;

/// <summary>What the gated half g of the feed-forward block does to the other half a; or that there is no gate.</summary>
public enum FeedForwardGate
{
    /// <summary>a * max(g, 0), the paper's.</summary>
    Relu,

    /// <summary>a * g: a plain product, one level under encryption.</summary>
    Bilinear,

    /// <summary>No gate: GELU of the whole width, x Phi(x) with the error function (Devlin et al. 2019).</summary>
    Gelu,
}

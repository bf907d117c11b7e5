namespace Crammed.Model;

/// <summary>What the gated half g of the feed-forward block does to the other half a.</summary>
public enum FeedForwardGate
{
    /// <summary>a * max(g, 0), the paper's.</summary>
    Relu,

    /// <summary>a * g: a plain product, one level under encryption.</summary>
    Bilinear,
}

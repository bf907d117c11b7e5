namespace Crammed.Cli.Settings;

/// <summary>The gate g of the feed-forward block's product a * gate(g).</summary>
public enum Gate
{
    /// <summary>max(g, 0).</summary>
    Relu,

    /// <summary>g itself.</summary>
    Bilinear,
}

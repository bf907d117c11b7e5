namespace Crammed.Encrypted.Models;

/// <summary>Rewrites of a model's graph that change what a step costs, and nothing of what it computes.</summary>
public sealed record GraphRewrites
{
    /// <summary>Whether the last layer computes queries, attention and feed-forward part of its first token only, which alone leaves it.</summary>
    public bool FirstTokenOnly { get; init; } = true;

    /// <summary>Whether the client computes the first norm, which stands before every adapter, beside the embedding.</summary>
    public bool ClientNorm { get; init; } = true;
}

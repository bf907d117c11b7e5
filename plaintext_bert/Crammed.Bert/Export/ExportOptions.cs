using Crammed.Tables;

namespace Crammed.Bert;

/// <summary>What of a split is exported, and how.</summary>
public sealed record ExportOptions
{
    /// <summary>At most this many examples, a random subset fixed by the seed, in the source's order; null: all.</summary>
    public int? Limit { get; init; }

    /// <summary>Chooses the subset; 0 or more.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Which states of the tokens are exported.</summary>
    public ClientPrefix Prefix { get; init; } = ClientPrefix.Embedding;

    /// <summary>Whether to go on with what an interrupted export left; otherwise that is dropped.</summary>
    public bool Resume { get; init; }
}

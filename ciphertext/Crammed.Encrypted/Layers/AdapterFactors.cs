using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Layers;

/// <summary>
/// The public factors on the rank-r side of one layer's three adapters: alpha / rank, dropout, and the scale of queries and keys.
/// One vector of slots a rank.
/// </summary>
public sealed record AdapterFactors(IReadOnlyList<PlainSlots> Query, IReadOnlyList<PlainSlots> Key, IReadOnlyList<PlainSlots> Value)
{
    /// <summary>The factors of the projection at <paramref name="index"/>: 0 query, 1 key, 2 value.</summary>
    public IReadOnlyList<PlainSlots> this[int index] => index switch
    {
        0 => Query,
        1 => Key,
        2 => Value,
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };
}

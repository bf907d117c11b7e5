using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Layers;

/// <summary>
/// The public factors on the rank-r side of one layer's three adapters: alpha / rank, dropout, and the scale of queries and keys.
/// One vector of slots a rank.
/// </summary>
public sealed record AdapterFactors(IReadOnlyList<PlainSlots> Query, IReadOnlyList<PlainSlots> Key, IReadOnlyList<PlainSlots> Value)
    : IDisposable
{
    public void Dispose()
    {
        foreach (var plain in Query.Concat(Key).Concat(Value))
            plain.Dispose();
    }
}

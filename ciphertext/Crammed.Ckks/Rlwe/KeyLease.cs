namespace Crammed.Ckks;

/// <summary>A key that stays in memory until this is disposed.</summary>
internal sealed class KeyLease(EvaluationKeyCache cache, EvaluationKeySlot slot, SwitchingKey key) : IDisposable
{
    private EvaluationKeyCache? _cache = cache;

    public SwitchingKey Key => key;

    /// <summary>The exponent of the key's automorphism.</summary>
    public int Element { get; } = slot.Id.Element(key.Parameters.N);

    public void Dispose() => Interlocked.Exchange(ref _cache, null)?.Return(slot);
}

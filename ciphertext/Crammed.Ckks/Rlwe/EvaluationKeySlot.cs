namespace Crammed.Ckks;

/// <summary>
/// A place for one key of a set, which is loaded at its first use if it comes from a file. Its state belongs to the
/// <see cref="EvaluationKeyCache"/> that it is in.
/// </summary>
internal sealed class EvaluationKeySlot : IDisposable
{
    /// <summary>A key that is in memory and stays there.</summary>
    public EvaluationKeySlot(EvaluationKeyId id, SwitchingKey key) => (Id, Level, Bytes, Key) = (id, key.Level, key.Bytes, key);

    /// <summary>A key that <paramref name="load"/> brings into memory.</summary>
    /// <param name="id">its name</param>
    /// <param name="level">the highest that it serves</param>
    /// <param name="bytes">of residues, once it is loaded</param>
    /// <param name="load">may be called again after the key was dropped, or after a failure</param>
    public EvaluationKeySlot(EvaluationKeyId id, int level, long bytes, Func<SwitchingKey> load) =>
        (Id, Level, Bytes, Load) = (id, level, bytes, load);

    public EvaluationKeyId Id { get; }

    public int Level { get; }

    /// <summary>Bytes of residues while it is loaded.</summary>
    public long Bytes { get; }

    /// <summary>Null for a key that stays in memory.</summary>
    public Func<SwitchingKey>? Load { get; }

    /// <summary>Null while it is not loaded.</summary>
    public SwitchingKey? Key { get; set; }

    public bool IsLoading { get; set; }

    /// <summary>Operations that work with it.</summary>
    public int Leases { get; set; }

    /// <summary>Whether someone has it who does not say when it is done with.</summary>
    public bool IsHandedOut { get; set; }

    /// <summary>Whether it was used since the last call of <see cref="EvaluationKeyCache.UnloadUnused"/>.</summary>
    public bool IsUsed { get; set; }

    /// <summary>The larger, the later.</summary>
    public long LastUse { get; set; }

    public void Dispose()
    {
        Key?.Dispose();
        Key = null;
    }
}

using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// What a server needs to multiply and rotate, and cannot decrypt with: a relinearization key and Galois keys, each possibly cut to
/// a level. Immutable and safe to share; it owns its keys.
/// </summary>
public sealed class EvaluationKeys : IDisposable
{
    private readonly Dictionary<int, SwitchingKey> _galois;

    internal EvaluationKeys(CkksParameters parameters, SwitchingKey? relinearization, Dictionary<int, SwitchingKey> galois)
    {
        Parameters = parameters;
        Relinearization = relinearization;
        _galois = galois;
    }

    public CkksParameters Parameters { get; }

    /// <summary>Switches s^2 to s; null if products need not be relinearized.</summary>
    public SwitchingKey? Relinearization { get; }

    /// <summary>Galois keys by the exponent g of their automorphism X -> X^g, odd and below 2N.</summary>
    public IReadOnlyDictionary<int, SwitchingKey> Galois => _galois;

    /// <summary>Bytes of residue memory of all keys.</summary>
    public long Bytes => (Relinearization?.Bytes ?? 0) + _galois.Values.Sum(key => key.Bytes);

    /// <summary>No keys at all: enough for additions and plaintext products.</summary>
    public static EvaluationKeys Empty(CkksParameters parameters) => new(parameters, null, []);

    /// <summary>The key for a rotation to the left, steps modulo N/2.</summary>
    public bool TryGetRotation(int steps, out SwitchingKey? key) =>
        _galois.TryGetValue(RotationElement(Parameters, steps), out key);

    /// <summary>The key for complex conjugation.</summary>
    public bool TryGetConjugation(out SwitchingKey? key) =>
        _galois.TryGetValue(GaloisElement.Conjugation(Parameters.N), out key);

    public void Dispose()
    {
        Relinearization?.Dispose();
        foreach (SwitchingKey key in _galois.Values)
            key.Dispose();
    }

    internal static int RotationElement(CkksParameters parameters, int steps)
    {
        int slots = parameters.SlotCount;
        return GaloisElement.Rotation((steps % slots + slots) % slots, parameters.N);
    }
}

using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;

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

    /// <summary>Writes the keys for <see cref="EvaluationKeysReader"/>, their uniform halves as seeds.</summary>
    public void Write(Stream stream)
    {
        var writer = new FormatWriter(stream, Parameters, ObjectKind.EvaluationKeys);
        writer.WriteByte((byte)(Relinearization is null ? 0 : 1));
        writer.WriteInt32(_galois.Count);
        if (Relinearization is not null)
            WriteKey(writer, Relinearization);
        foreach ((int element, SwitchingKey key) in _galois.OrderBy(pair => pair.Key))
        {
            writer.WriteInt32(element);
            WriteKey(writer, key);
        }
    }

    /// <summary>Writes a file that holds these keys alone; it appears whole or not at all.</summary>
    public void Save(string path) => ObjectFile.Save(path, Write);

    public void Dispose()
    {
        Relinearization?.Dispose();
        foreach (SwitchingKey key in _galois.Values)
            key.Dispose();
    }

    private void WriteKey(FormatWriter writer, SwitchingKey key)
    {
        writer.WriteByte((byte)key.Level);
        writer.WriteBytes(key.Seed);
        writer.WritePolynomial(key.Masked, limb => Parameters.ExtendedModulusIndex(limb % key.LimbCount, key.Level));
    }

    internal static int RotationElement(CkksParameters parameters, int steps)
    {
        int slots = parameters.SlotCount;
        return GaloisElement.Rotation((steps % slots + slots) % slots, parameters.N);
    }
}

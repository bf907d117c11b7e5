using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>Names one key of a set; a set is ordered by kind, then steps.</summary>
/// <param name="Kind">what the key is for</param>
/// <param name="Steps">1 to N/2 - 1 for a rotation to the left, 0 for the other kinds</param>
public readonly record struct EvaluationKeyId(EvaluationKeyKind Kind, int Steps) : IComparable<EvaluationKeyId>
{
    public static EvaluationKeyId Relinearization => new(EvaluationKeyKind.Relinearization, 0);

    public static EvaluationKeyId Conjugation => new(EvaluationKeyKind.Conjugation, 0);

    /// <summary>From the secret to the ephemeral one of bootstrapping.</summary>
    public static EvaluationKeyId DenseToEphemeral => new(EvaluationKeyKind.DenseToEphemeral, 0);

    /// <summary>From the ephemeral secret of bootstrapping to the secret.</summary>
    public static EvaluationKeyId EphemeralToDense => new(EvaluationKeyKind.EphemeralToDense, 0);

    /// <summary>A rotation by any number of steps, taken modulo N/2; null for a multiple of N/2, which needs no key.</summary>
    internal static EvaluationKeyId? Rotation(CkksParameters parameters, int steps)
    {
        var left = (steps % parameters.SlotCount + parameters.SlotCount) % parameters.SlotCount;
        return left == 0 ? null : new EvaluationKeyId(EvaluationKeyKind.Rotation, left);
    }

    /// <summary>Whether there can be such a key.</summary>
    internal bool IsValid(CkksParameters parameters) => Kind switch
    {
        EvaluationKeyKind.Relinearization or EvaluationKeyKind.Conjugation => Steps == 0,
        EvaluationKeyKind.Rotation => Steps > 0 && Steps < parameters.SlotCount,
        EvaluationKeyKind.DenseToEphemeral or EvaluationKeyKind.EphemeralToDense => Steps == 0 && parameters.Bootstrapping is not null,
        _ => false,
    };

    /// <summary>The one level that such a key can have, or null if it can be cut to any.</summary>
    internal int? OnlyLevel(CkksParameters parameters) => Kind switch
    {
        EvaluationKeyKind.DenseToEphemeral => 0,
        EvaluationKeyKind.EphemeralToDense => parameters.MaxLevel,
        _ => null,
    };

    /// <summary>The moduli and digits of such a key. What a key from the ephemeral secret switches is its own only digit.</summary>
    internal SwitchingKeyShape Shape(CkksParameters parameters, int level) => Kind switch
    {
        EvaluationKeyKind.DenseToEphemeral => new SwitchingKeyShape(level, DigitSize: 1, SpecialCount: 1),
        EvaluationKeyKind.EphemeralToDense => new SwitchingKeyShape(level, DigitSize: level + 1, parameters.SpecialModuli.Count),
        _ => SwitchingKeyShape.Hybrid(parameters, level),
    };

    /// <summary>The exponent g of the key's automorphism X -> X^g, odd and below 2N; 1 for kinds without.</summary>
    internal int Element(int n) => Kind switch
    {
        EvaluationKeyKind.Rotation => GaloisElement.Rotation(Steps, n),
        EvaluationKeyKind.Conjugation => GaloisElement.Conjugation(n),
        _ => 1,
    };

    public int CompareTo(EvaluationKeyId other) => (Kind, Steps).CompareTo((other.Kind, other.Steps));
}

using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>Names one key of a set; a set is ordered by kind, then steps.</summary>
/// <param name="Kind">what the key is for</param>
/// <param name="Steps">1 to N/2 - 1 for a rotation to the left, 0 for the other kinds</param>
internal readonly record struct EvaluationKeyId(EvaluationKeyKind Kind, int Steps) : IComparable<EvaluationKeyId>
{
    public static EvaluationKeyId Relinearization => new(EvaluationKeyKind.Relinearization, 0);

    public static EvaluationKeyId Conjugation => new(EvaluationKeyKind.Conjugation, 0);

    /// <summary>A rotation by any number of steps, taken modulo N/2; null for a multiple of N/2, which needs no key.</summary>
    public static EvaluationKeyId? Rotation(CkksParameters parameters, int steps)
    {
        int left = (steps % parameters.SlotCount + parameters.SlotCount) % parameters.SlotCount;
        return left == 0 ? null : new EvaluationKeyId(EvaluationKeyKind.Rotation, left);
    }

    /// <summary>Whether there can be such a key.</summary>
    public bool IsValid(CkksParameters parameters) => Kind switch
    {
        EvaluationKeyKind.Relinearization or EvaluationKeyKind.Conjugation => Steps == 0,
        EvaluationKeyKind.Rotation => Steps > 0 && Steps < parameters.SlotCount,
        _ => false,
    };

    /// <summary>The exponent g of the key's automorphism X -> X^g, odd and below 2N; 1 for relinearization.</summary>
    public int Element(int n) => Kind switch
    {
        EvaluationKeyKind.Rotation => GaloisElement.Rotation(Steps, n),
        EvaluationKeyKind.Conjugation => GaloisElement.Conjugation(n),
        _ => 1,
    };

    public int CompareTo(EvaluationKeyId other) => (Kind, Steps).CompareTo((other.Kind, other.Steps));
}

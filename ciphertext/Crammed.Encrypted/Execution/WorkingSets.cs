using Crammed.Ckks;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// How much of a group the verbs of <see cref="CkksGroups"/> work on at a time: more reads keys and operands less often, and takes memory
/// for all of it. Plans count memory and keys by the same numbers.
/// </summary>
internal static class WorkingSets
{
    /// <summary>Vectors to one call of the engine's batches.</summary>
    public const int Batch = 8;

    /// <summary>The same for polynomials, which hold a dozen powers of each.</summary>
    public const int PolynomialBatch = 4;

    /// <summary>Pairs of vectors that one call bootstraps together.</summary>
    public const int BootstrapsAtOnce = 2;

    /// <summary>Rotations of one vector that are held at a time.</summary>
    public const int HoistedAtOnce = 32;

    /// <summary>Vectors whose digits are at hand at a time while rotations are summed.</summary>
    public const int DecomposedAtOnce = Evaluator.DecomposedAtOnce;

    /// <summary>Bytes of sums of rotations that await their division by P at a time, or one sum's if that is more.</summary>
    public const long SummedBytes = 1L << 28;

    /// <summary>Bytes of shifted vectors of a linear map that are at hand at a time, or one vector's if that is more.</summary>
    public const long ShiftedBytes = 1L << 28;

    /// <summary>Bytes of a matrix of masks and of sums before their rescale, or those of four rows if that is more.</summary>
    public const long MaskBytes = 1L << 28;
}

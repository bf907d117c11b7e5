namespace Crammed.Ckks;

/// <summary>What an evaluation key is for; part of the file format.</summary>
public enum EvaluationKeyKind : byte
{
    /// <summary>Switches s^2 to s after a product.</summary>
    Relinearization = 1,

    /// <summary>Conjugates every slot: the automorphism X -> X^(2N - 1).</summary>
    Conjugation = 2,

    /// <summary>Rotates the slots to the left: an automorphism X -> X^(5^steps).</summary>
    Rotation = 3,
}

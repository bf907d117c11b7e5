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

    /// <summary>
    /// Switches s to the sparse ephemeral secret of bootstrapping, at level 0 alone. One digit, modulo q_0 times the first special prime
    /// and nothing else: a secret so sparse is not secure under a larger modulus.
    /// </summary>
    DenseToEphemeral = 4,

    /// <summary>
    /// Switches polynomials with coefficients below q_0 from the ephemeral secret to s, at the top level. One digit of all limbs, modulo
    /// QP.
    /// </summary>
    EphemeralToDense = 5,
}

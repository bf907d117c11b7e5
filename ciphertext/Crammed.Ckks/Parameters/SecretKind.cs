namespace Crammed.Ckks;

/// <summary>The distribution of the secret key's coefficients.</summary>
public enum SecretKind
{
    /// <summary>Each of -1, 0 and 1 with probability 1/3, independently.</summary>
    UniformTernary = 1,
}

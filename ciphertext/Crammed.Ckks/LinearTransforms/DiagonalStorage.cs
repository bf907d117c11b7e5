namespace Crammed.Ckks;

/// <summary>In which form the diagonals of a <see cref="LinearTransform"/> are kept.</summary>
public enum DiagonalStorage
{
    /// <summary>Transformed, modulo q_0 ... q_level and P: fastest, 8 N bytes for each of these primes.</summary>
    Transformed,

    /// <summary>
    /// Integer coefficients, 8 N bytes in all; whenever a diagonal is used they are transformed modulo each prime. Several ciphertexts of one
    /// batch share that.
    /// </summary>
    Coefficients,
}

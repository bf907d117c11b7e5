namespace Crammed.Ckks;

/// <summary>One line of a key set's manifest.</summary>
/// <param name="Kind">what the key is for</param>
/// <param name="Steps">how far a rotation goes to the left, 1 to N/2 - 1; 0 for the other kinds</param>
/// <param name="GaloisElement">the exponent g of the automorphism X -> X^g; 1 for kinds without</param>
/// <param name="Level">the highest level of a ciphertext that the key serves</param>
/// <param name="DigitCount">digits, each a pair of polynomials over q_0 ... q_Level and P</param>
/// <param name="LimbCount">limbs of each of these polynomials, as many as <paramref name="Moduli"/></param>
/// <param name="Moduli">the primes that the key lives modulo: q_0 ... q_Level, then special ones</param>
/// <param name="MemoryBytes">bytes of residues while the key is loaded: 16 N for each limb of each digit</param>
/// <param name="FileBytes">bytes in a file: a seed, and one half bit-packed</param>
/// <param name="IsLoaded">whether it is in memory</param>
public sealed record EvaluationKeyInfo(
    EvaluationKeyKind Kind, int Steps, int GaloisElement, int Level, int DigitCount, int LimbCount,
    IReadOnlyList<ulong> Moduli, long MemoryBytes, long FileBytes, bool IsLoaded)
{
    /// <summary>The size of the modulus, on which the security of the key depends.</summary>
    public double Log2Modulus => Moduli.Sum(modulus => Math.Log2(modulus));

    /// <summary>Moduli are compared one by one.</summary>
    public bool Equals(EvaluationKeyInfo? other) => other is not null
        && (Kind, Steps, GaloisElement, Level, DigitCount, LimbCount, MemoryBytes, FileBytes, IsLoaded)
            .Equals((other.Kind, other.Steps, other.GaloisElement, other.Level, other.DigitCount, other.LimbCount, other.MemoryBytes,
                other.FileBytes, other.IsLoaded))
        && Moduli.SequenceEqual(other.Moduli);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Steps, Level, IsLoaded);
}

using Crammed.Cli.Settings;

namespace Crammed.Cli.Reports;

/// <summary>Parameters and policies of the encryption.</summary>
/// <param name="ParameterSet">Name of the set.</param>
/// <param name="LogDegree">log2 of the ring degree N.</param>
/// <param name="LogModulus">log2 of QP, the modulus of the evaluation keys.</param>
/// <param name="SecurityBits">Classical security by the HE standard's table; null: insecure.</param>
/// <param name="Refresh">What restores a ciphertext that is out of levels.</param>
/// <param name="ReleasedBits">Decrypted results leave the key holder rounded to multiples of 2^-ReleasedBits.</param>
internal sealed record EncryptionFacts(
    string ParameterSet, int LogDegree, double LogModulus, int? SecurityBits, RefreshPolicy Refresh, int ReleasedBits)
{
    /// <summary>
    /// The largest error of a loss that is computed from rounded logits: each is off by half a unit, and the absolute derivatives of cross
    /// entropy by the logits, |p - y|, add up to 2 at most.
    /// </summary>
    public double RoundingError => 2 * Math.Pow(2, -ReleasedBits - 1);
}

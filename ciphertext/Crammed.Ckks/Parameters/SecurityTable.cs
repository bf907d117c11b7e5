using System.Globalization;
using System.Numerics;

namespace Crammed.Ckks;

/// <summary>
/// The largest log2(QP) for 128-bit classical security with error of standard deviation
/// <see cref="CkksParameters.ErrorStandardDeviation"/>. Uniform ternary secret: Bossuat and others, "Security Guidelines for Implementing
/// Homomorphic Encryption" (2024), table 5.2, which is the stricter of the published ones: the Homomorphic Encryption Standard (Albrecht and
/// others, 2018) allows 27, 54, 109, 218, 438 and 881 from N = 2^10 to 2^15. Sparse ternary secret: at N = 2^16 alone, weight 192, between
/// the guidelines' own 1450 for weight 128 and 1637 for 256, and, for the ephemeral secret of bootstrapping, weight 32 (Bossuat,
/// Troncoso-Pastoriza, Hubaux 2022, sparse-secret encapsulation); a weight without an entry counts as insecure, heavier ones included.
/// </summary>
public static class SecurityTable
{
    /// <summary>What a set must have in its name to be allowed past the bound.</summary>
    public const string InsecureMark = "insecure";

    /// <summary>The bound for N = 2^<paramref name="logN"/>, or null where the table has none and nothing counts as secure.</summary>
    /// <exception cref="ArgumentOutOfRangeException">N is above 2^17</exception>
    public static int? MaxLog2QP(int logN, SecretDistribution secret = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logN, 17);
        return (secret.HammingWeight, logN) switch
        {
            (null, 10) => 26,
            (null, 11) => 53,
            (null, 12) => 106,
            (null, 13) => 214,
            (null, 14) => 430,
            (null, 15) => 868,
            (null, 16) => 1747,
            (null, 17) => 3523,
            (192, 16) => 1550,
            (32, 16) => 121,
            _ => null,
        };
    }

    /// <summary>Whether a modulus is within the bound: exactly, since a chain may be chosen to fill its bound to the last bit.</summary>
    internal static bool IsSecure(int logN, SecretDistribution secret, BigInteger modulus) =>
        MaxLog2QP(logN, secret) is int bound && modulus <= BigInteger.One << bound;

    /// <summary>Whether every secret of a set is within its bound.</summary>
    internal static bool AreSecure(int logN, IEnumerable<KeyModulus> keyModuli) =>
        keyModuli.All(key => IsSecure(logN, key.Secret, key.Modulus));

    /// <summary>The security of a set in one line, for people: one clause for each secret.</summary>
    internal static string Describe(int logN, IReadOnlyList<KeyModulus> keyModuli) =>
        (AreSecure(logN, keyModuli) ? "128-bit classical security: " : "INSECURE: ")
        + string.Join("; ", keyModuli.Select(key => Describe(logN, key)));

    private static string Describe(int logN, KeyModulus key)
    {
        var size = BigInteger.Log(key.Modulus, 2);
        var bound = MaxLog2QP(logN, key.Secret) switch
        {
            null => "and no 128-bit bound is known",
            int bits when IsSecure(logN, key.Secret, key.Modulus) => $"bound {bits}",
            int bits => string.Create(CultureInfo.InvariantCulture, $"{size - bits:F2} bits beyond the 128-bit bound {bits}"),
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"log2({key.Symbol}) = {size:F2}, {bound} for N = 2^{logN}, {key.Secret}, error of standard deviation "
            + $"{CkksParameters.ErrorStandardDeviation}");
    }
}

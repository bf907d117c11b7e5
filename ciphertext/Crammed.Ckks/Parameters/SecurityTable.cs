using System.Globalization;
using System.Numerics;

namespace Crammed.Ckks;

/// <summary>
/// The largest log2(QP) for 128-bit classical security with error of standard deviation
/// <see cref="CkksParameters.ErrorStandardDeviation"/>. Uniform ternary secret: Homomorphic Encryption Standard (Albrecht and others, 2018)
/// up to N = 2^15, Bossuat and others, "Security Guidelines for Implementing Homomorphic Encryption" (2024), beyond. Sparse ternary secret:
/// weight 192 at N = 2^16 alone; a weight without an entry counts as insecure, heavier ones included.
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
            (null, 10) => 27,
            (null, 11) => 54,
            (null, 12) => 109,
            (null, 13) => 218,
            (null, 14) => 438,
            (null, 15) => 881,
            (null, 16) => 1747,
            (null, 17) => 3523,
            (192, 16) => 1550,
            _ => null,
        };
    }

    /// <summary>Whether a modulus is within the bound: exactly, since a chain may be chosen to fill its bound to the last bit.</summary>
    internal static bool IsSecure(int logN, SecretDistribution secret, BigInteger modulus) =>
        MaxLog2QP(logN, secret) is int bound && modulus <= BigInteger.One << bound;

    /// <summary>The security of a set in one line, for people.</summary>
    internal static string Describe(int logN, SecretDistribution secret, BigInteger modulus)
    {
        double log2QP = BigInteger.Log(modulus, 2);
        string setting = string.Create(
            CultureInfo.InvariantCulture,
            $"for N = 2^{logN}, {secret}, error of standard deviation {CkksParameters.ErrorStandardDeviation}");
        return MaxLog2QP(logN, secret) switch
        {
            null => string.Create(
                CultureInfo.InvariantCulture, $"INSECURE: log2(QP) = {log2QP:F2}, and no 128-bit bound is known {setting}"),
            int bound when IsSecure(logN, secret, modulus) => string.Create(
                CultureInfo.InvariantCulture, $"128-bit classical security: log2(QP) = {log2QP:F2}, bound {bound} {setting}"),
            int bound => string.Create(
                CultureInfo.InvariantCulture,
                $"INSECURE: log2(QP) = {log2QP:F2}, {log2QP - bound:F2} bits beyond the 128-bit bound {bound} {setting}"),
        };
    }
}

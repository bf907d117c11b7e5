namespace Crammed.Ckks;

/// <summary>
/// The largest log2(QP) for 128-bit classical security with a uniform ternary secret and error of standard deviation 3.2:
/// Homomorphic Encryption Standard (Albrecht and others, 2018) up to N = 2^15, Bossuat and others, "Security Guidelines for
/// Implementing Homomorphic Encryption" (2024), beyond.
/// </summary>
public static class SecurityTable
{
    /// <summary>What a set must have in its name to be allowed past the bound.</summary>
    public const string InsecureMark = "insecure";

    /// <summary>The bound for N = 2^<paramref name="logN"/>; zero below N = 2^10, where nothing is secure.</summary>
    /// <exception cref="ArgumentOutOfRangeException">N is above 2^17</exception>
    public static int MaxLog2QP(int logN) => logN switch
    {
        < 10 => 0,
        10 => 27,
        11 => 54,
        12 => 109,
        13 => 218,
        14 => 438,
        15 => 881,
        16 => 1747,
        17 => 3523,
        _ => throw new ArgumentOutOfRangeException(nameof(logN), logN, "the security table ends at N = 2^17"),
    };
}

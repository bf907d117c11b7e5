namespace Crammed.Encrypted.Training;

/// <summary>Levels and threads of a run; the keys are cut to them, so key generation and training must agree.</summary>
/// <param name="MaxLevel">Level of the parameter set's largest ciphertext.</param>
/// <param name="RefreshLevel">Level that a refreshed tensor gets unless an operation needs more.</param>
/// <param name="DataLevel">Level that data is encrypted at.</param>
/// <param name="Threads">Vectors processed at the same time.</param>
public sealed record CircuitSettings(int MaxLevel, int RefreshLevel, int DataLevel, int Threads)
{
    /// <summary>Levels that have served the demo's model best.</summary>
    private const int PreferredRefreshLevel = 4;

    /// <summary>The usual levels under a parameter set.</summary>
    public static CircuitSettings For(int maxLevel, int threads) =>
        new(maxLevel, Math.Min(PreferredRefreshLevel, maxLevel), Math.Min(PreferredRefreshLevel, maxLevel), threads);
}

using Crammed.Ckks;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Costs of a machine under a parameter set, which alone knows how many limbs a program's level has: level 0 has what a bootstrap takes (or
/// one limb, in a set without), each level one more.
/// </summary>
public sealed class ParameterCosts : ICostModel
{
    /// <summary>Of one ciphertext at N = 2^16.</summary>
    private const long BootstrapBytes = 1_400_000_000;

    private readonly CostTable _table;
    private readonly CkksParameters _parameters;
    private readonly Dictionary<(EngineOperation, int), double> _milliseconds = [];

    /// <param name="table">measured at any ring degree and digits; costs go in proportion to the ring degree</param>
    /// <param name="parameters">of the ciphertexts</param>
    public ParameterCosts(CostTable table, CkksParameters parameters)
    {
        _table = table;
        _parameters = parameters;
        var bootstrapping = parameters.Bootstrapping;
        EntryLimbs = 1 + (bootstrapping?.SlotsToCoeffsLevels ?? 0);
        RefreshedLevel = parameters.WorkingLevel + 1 - EntryLimbs - (bootstrapping?.CorrectionLevels ?? 0);
    }

    /// <summary>The highest level of a ciphertext.</summary>
    public int TopLevel => _parameters.MaxLevel;

    /// <summary>Limbs at level 0.</summary>
    public int EntryLimbs { get; }

    public int RefreshedLevel { get; }

    /// <exception cref="ArgumentException">the table has no row of the operation</exception>
    public double Milliseconds(EngineOperation operation, int level) => MillisecondsOfLimbs(operation, Limbs(level));

    /// <summary>The same for ciphertexts of so many limbs.</summary>
    /// <exception cref="ArgumentException">the table has no row of the operation</exception>
    public double MillisecondsOfLimbs(EngineOperation operation, int limbs)
    {
        if (!_milliseconds.TryGetValue((operation, limbs), out var milliseconds))
        {
            milliseconds = _table.Milliseconds(operation, limbs, _parameters.SpecialModuli.Count, _parameters.DigitSize)
                * _parameters.N / _table.RingDegree;
            _milliseconds.Add((operation, limbs), milliseconds);
        }
        return milliseconds;
    }

    /// <summary>Residues of both polynomials of a ciphertext, as doubles.</summary>
    public long VectorBytes(int level) => 2L * Limbs(level) * _parameters.N * sizeof(double);

    /// <summary>
    /// A bootstrap's is what the process of docs/bootstrap-benchmark.md took besides keys and diagonals, 2.6 GiB for two ciphertexts at a
    /// time. A key switch holds its digits and both polynomials over all moduli.
    /// </summary>
    public long WorkingBytes(EngineOperation operation, int level)
    {
        switch (operation)
        {
            case EngineOperation.Bootstrap:
                return BootstrapBytes * _parameters.N >> 16;
            case EngineOperation.Rotation or EngineOperation.Relinearization:
                var limbs = Limbs(level);
                return (DigitsOf(limbs) + 2L) * (limbs + _parameters.SpecialModuli.Count) * _parameters.N * sizeof(double);
            default:
                return 0;
        }
    }

    /// <summary>
    /// Both halves of a switching key that serves a level and those below: residues of each digit over all limbs and special primes.
    /// </summary>
    public long KeyBytes(int level) => KeyBytesOf(Limbs(level));

    /// <summary>The same for ciphertexts of so many limbs.</summary>
    public long KeyBytesOf(int limbs) => 2L * DigitsOf(limbs) * (limbs + _parameters.SpecialModuli.Count) * _parameters.N * sizeof(double);

    /// <summary>
    /// Both keys of the ephemeral secret of bootstraps: to it over the lowest limb and one special prime, and back over all moduli, each in
    /// one digit.
    /// </summary>
    public long EncapsulationKeyBytes =>
        2L * (2 + _parameters.MaxLevel + 1 + _parameters.SpecialModuli.Count) * _parameters.N * sizeof(double);

    private int DigitsOf(int limbs) => (limbs + _parameters.DigitSize - 1) / _parameters.DigitSize;

    private int Limbs(int level)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        return EntryLimbs + level;
    }
}

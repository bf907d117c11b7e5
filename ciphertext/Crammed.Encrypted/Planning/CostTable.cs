using System.Globalization;

namespace Crammed.Encrypted.Planning;

/// <summary>A measured cost.</summary>
/// <param name="Operation">what was measured</param>
/// <param name="Limbs">of the operands, 0 where one number stands for all</param>
/// <param name="Milliseconds">of one operation</param>
/// <param name="Source">where the number comes from</param>
public sealed record CostRow(EngineOperation Operation, int Limbs, double Milliseconds, string Source);

/// <summary>
/// Measured costs of engine operations by limbs. Between measured limbs, beyond them, and for parameters of other digits, costs go in
/// proportion to an operation's passes over limbs, most of which are number-theoretic transforms.
/// </summary>
/// <param name="Machine">on which it was measured, for people</param>
/// <param name="Threads">that one operation ran on</param>
/// <param name="RingDegree">of the measured ciphertexts</param>
/// <param name="SpecialPrimes">of the measured key switches</param>
/// <param name="DigitSize">limbs of a digit of the measured key switches</param>
/// <param name="Rows">measured costs</param>
public sealed record CostTable(
    string Machine, int Threads, int RingDegree, int SpecialPrimes, int DigitSize, IReadOnlyList<CostRow> Rows)
{
    private const double GuessedDiskBytesPerSecond = 1e9;

    /// <summary>Of residues, which are packed in the file.</summary>
    private const double GuessedKeyBytesPerSecond = 1e9;

    private const double GuessedExpansionBytesPerSecond = 8e9;

    /// <summary>Milliseconds of an operation.</summary>
    /// <param name="operation">
    /// measured, or part of one that is: summed rotations and divisions are parts of a hoisted rotation; a disk that was not measured is
    /// taken to write and read 1 GB/s, the expansion of a key to give 8 GB/s
    /// </param>
    /// <param name="limbs">of the operands</param>
    /// <param name="specialPrimes">of the parameters</param>
    /// <param name="digitSize">of the parameters</param>
    /// <exception cref="ArgumentException">the operation was not measured</exception>
    public double Milliseconds(EngineOperation operation, int limbs, int specialPrimes, int digitSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limbs, 1);
        var rows = Rows.Where(row => row.Operation == operation).OrderBy(row => row.Limbs).ToArray();
        if (rows.Length == 0 && operation is EngineOperation.SummedRotation or EngineOperation.Division)
        {
            return Milliseconds(EngineOperation.HoistedRotation, limbs, specialPrimes, digitSize)
                * Passes(operation, limbs, specialPrimes, digitSize)
                / Passes(EngineOperation.HoistedRotation, limbs, specialPrimes, digitSize);
        }
        if (rows.Length == 0 && operation == EngineOperation.FurtherBootstrap)
            return Milliseconds(EngineOperation.Bootstrap, limbs, specialPrimes, digitSize);
        if (rows.Length == 0)
        {
            if (GuessedRate(operation) is { } bytesPerSecond)
                return Passes(operation, limbs, specialPrimes, digitSize) * RingDegree * sizeof(double) / bytesPerSecond * 1000;
            throw new ArgumentException(
                $"the cost table of {Machine} has no row of {CostTableText.NameOf(operation)}: measure it, or add a row");
        }
        return rows[0].Limbs == 0
            ? rows[0].Milliseconds
            : MillisecondsOfPass(rows, limbs) * Passes(operation, limbs, specialPrimes, digitSize);
    }

    /// <summary>Bytes a second of what need not be measured, by pass.</summary>
    private static double? GuessedRate(EngineOperation operation) => operation switch
    {
        // Both polynomials of a ciphertext.
        EngineOperation.Store or EngineOperation.Load => GuessedDiskBytesPerSecond / 2,
        EngineOperation.KeyLoad => GuessedKeyBytesPerSecond,
        EngineOperation.KeyExpansion => GuessedExpansionBytesPerSecond,
        _ => null,
    };

    /// <summary>
    /// Limbs that an operation passes over. A ciphertext of l limbs has d = ceil(l / digit size) digits, each extended to l limbs and the
    /// special primes, and so has each half of a key; the product with a key passes over as many in half the time of a transform; both
    /// polynomials of all these limbs are transformed to divide by the special primes. Everything else passes over the ciphertext's own limbs.
    /// </summary>
    private static double Passes(EngineOperation operation, int limbs, int specialPrimes, int digitSize)
    {
        double extended = limbs + specialPrimes;
        var decomposition = ((limbs + digitSize - 1) / digitSize) * extended;
        var (product, division) = (decomposition / 2, 2 * extended);
        return operation switch
        {
            EngineOperation.Decomposition or EngineOperation.KeyLoad or EngineOperation.KeyExpansion => decomposition,
            EngineOperation.SummedRotation => product,
            EngineOperation.Division => division,
            EngineOperation.HoistedRotation => product + division,
            EngineOperation.Rotation or EngineOperation.Relinearization => decomposition + product + division,
            _ => limbs,
        };
    }

    /// <summary>Milliseconds of a pass, linear between measured limbs and constant beyond.</summary>
    private double MillisecondsOfPass(CostRow[] rows, int limbs)
    {
        var above = Array.FindIndex(rows, row => row.Limbs >= limbs);
        if (above <= 0)
            return PerPass(above == 0 ? rows[0] : rows[^1]);
        var (low, high) = (rows[above - 1], rows[above]);
        var share = (double)(limbs - low.Limbs) / (high.Limbs - low.Limbs);
        return PerPass(low) + share * (PerPass(high) - PerPass(low));

        double PerPass(CostRow row) => row.Milliseconds / Passes(row.Operation, row.Limbs, SpecialPrimes, DigitSize);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Machine}, {Threads} threads, N = {RingDegree}, {Rows.Count} rows");
}

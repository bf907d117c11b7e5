namespace Crammed.Ckks.Arithmetic;

/// <summary>Primes p = 1 mod 2N, modulo which the negacyclic transform of length N exists.</summary>
internal static class PrimeSearch
{
    private static readonly ulong[] Witnesses = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

    /// <summary>Miller and Rabin's test with the first twelve primes as witnesses, which decides every 64-bit integer.</summary>
    public static bool IsPrime(ulong candidate)
    {
        foreach (var witness in Witnesses)
        {
            if (candidate % witness == 0)
                return candidate == witness;
        }
        if (candidate < 2)
            return false;
        var twos = System.Numerics.BitOperations.TrailingZeroCount(candidate - 1);
        return Witnesses.All(witness => !ProvesComposite(witness, candidate, twos));
    }

    /// <summary>The largest prime below 2^<paramref name="bits"/> that is 1 modulo <paramref name="step"/> and not yet used.</summary>
    public static ulong LargestBelow(int bits, ulong step, ICollection<ulong> used)
    {
        var limit = 1UL << bits;
        for (var candidate = (limit - 2) / step * step + 1; candidate > step; candidate -= step)
        {
            if (!used.Contains(candidate) && IsPrime(candidate))
                return candidate;
        }
        throw new ArgumentException($"there is no unused prime of {bits} bits that is 1 modulo {step}", nameof(bits));
    }

    /// <summary>The unused prime that is 1 modulo <paramref name="step"/>, below 2^50, and nearest to <paramref name="target"/>.</summary>
    public static ulong Nearest(double target, ulong step, ICollection<ulong> used)
    {
        var centre = (ulong)(target / step);
        var last = (1UL << Modulus.MaxBitLength) / step;
        for (ulong distance = 0; distance <= last; distance++)
        {
            // The candidate just above the target and the one just below it, then outwards.
            var above = (centre + distance + 1) * step + 1;
            if (centre + distance + 1 < last && !used.Contains(above) && IsPrime(above))
                return above;
            if (distance < centre && (centre - distance) * step + 1 is ulong below && !used.Contains(below) && IsPrime(below))
                return below;
        }
        throw new ArgumentException($"there is no unused prime near {target} that is 1 modulo {step}", nameof(target));
    }

    private static bool ProvesComposite(ulong witness, ulong candidate, int twos)
    {
        var power = Modulus.Power(witness, (candidate - 1) >> twos, candidate);
        if (power == 1 || power == candidate - 1)
            return false;
        for (var squaring = 1; squaring < twos; squaring++)
        {
            power = (ulong)((UInt128)power * power % candidate);
            if (power == candidate - 1)
                return false;
        }
        return true;
    }
}

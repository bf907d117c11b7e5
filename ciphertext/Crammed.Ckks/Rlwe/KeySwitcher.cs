using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Hybrid key switching (Han, Ki 2020, section 3): a polynomial is cut into digits of <see cref="CkksParameters.DigitSize"/> limbs,
/// each digit is extended exactly to all other moduli and P (ModUp), the digits' inner product with the key is taken, and P is divided out
/// with centred rounding (ModDown). Digits are centred mixed-radix conversions, so nothing approximate enters.
/// </summary>
/// <remarks>
/// Work is done in groups of target moduli: one pass over the digits' coefficients serves a group, its limbs are transformed and
/// multiplied while a near cache holds them, and groups run in parallel.
/// </remarks>
internal sealed unsafe partial class KeySwitcher(CkksParameters parameters, WorkerShare workers)
{
    /// <summary>Residues of a polynomial from which on a key switch is worth several threads.</summary>
    private const int ParallelThreshold = 1 << 16;

    /// <summary>The largest group of targets: so many transformed limbs of every digit are alive at once, for each thread.</summary>
    private const int MaxGroup = 4;

    /// <summary>Coefficients per parallel item of a conversion to mixed radix.</summary>
    private const int ConversionItem = 8192;

    private readonly RingContext _ring = parameters.Ring;

    /// <summary>
    /// c * s' switched to s, still times P: the pair of polynomials over q_0 ... q_level and P that <see cref="Divide"/> takes.
    /// </summary>
    public RnsPolynomial[] Switch(RnsPolynomial source, int level, SwitchingKey key) => SwitchMany([source], level, key)[0];

    /// <summary>As <see cref="Switch"/>, for many polynomials under one key: every limb of it is read, or expanded, once.</summary>
    public RnsPolynomial[][] SwitchMany(RnsPolynomial[] sources, int level, SwitchingKey key)
    {
        var digitCount = parameters.DigitCount(level);
        var targets = level + 1 + key.Shape.SpecialCount;
        var digits = new RnsPolynomial[sources.Length];
        var sums = new RnsPolynomial[sources.Length][];
        for (var i = 0; i < sources.Length; i++)
        {
            digits[i] = ToDigits(sources[i], level);
            sums[i] = RentPair(targets);
        }
        ForEachGroup(level, targets, (first, count) =>
        {
            using var scratch = _ring.Rent(digitCount * count);
            using var uniform = new UniformLimbs(key, digitCount * count);
            double** limbs = stackalloc double*[digitCount * count], uniformLimbs = stackalloc double*[digitCount * count];
            for (var i = 0; i < sources.Length; i++)
            {
                for (var digit = 0; digit < digitCount; digit++)
                {
                    for (var k = 0; k < count; k++)
                        limbs[digit * count + k] = scratch.Limb(digit * count + k);
                    ExtendLimbs(sources[i], digits[i], level, digit, first, count, limbs + digit * count);
                }
                for (var k = 0; k < count; k++)
                {
                    var row = uniformLimbs + k * digitCount;
                    if (i == 0)
                        uniform.Take(row, digitCount, first + k, level, k * digitCount);
                    InnerProduct(
                        limbs + k, count, row, digitCount, key, level, first + k, sums[i][0].Limb(first + k), sums[i][1].Limb(first + k));
                }
            }
        });
        foreach (var polynomial in digits)
            polynomial.Dispose();
        return sums;
    }

    /// <summary>
    /// The digits of a polynomial extended to all moduli, digit by digit, for many inner products with
    /// <see cref="SwitchExtended"/>; limbs within a digit's own moduli are left out, the source has them.
    /// </summary>
    public RnsPolynomial Extend(RnsPolynomial source, int level)
    {
        var limbCount = SwitchingKey.LimbsPerDigit(parameters, level);
        var digitCount = parameters.DigitCount(level);
        using var digits = ToDigits(source, level);
        var extended = _ring.Rent(digitCount * limbCount);
        ForEachGroup(level, limbCount, (first, count) =>
        {
            var limbs = stackalloc double*[count];
            for (var digit = 0; digit < digitCount; digit++)
            {
                for (var k = 0; k < count; k++)
                    limbs[k] = extended.Limb(digit * limbCount + first + k);
                ExtendLimbs(source, digits, level, digit, first, count, limbs);
            }
        });
        return extended;
    }

    /// <summary>As <see cref="Switch"/>, for digits that <see cref="Extend"/> made.</summary>
    public RnsPolynomial[] SwitchExtended(RnsPolynomial source, RnsPolynomial extended, int level, SwitchingKey key)
    {
        var limbCount = SwitchingKey.LimbsPerDigit(parameters, level);
        var sums = RentPair(limbCount);
        var digitCount = parameters.DigitCount(level);
        For(level, limbCount, target =>
        {
            using var uniform = new UniformLimbs(key, digitCount);
            var limbs = stackalloc double*[digitCount];
            uniform.Take(limbs, digitCount, target, level);
            SwitchExtendedLimb(source, extended, level, key, limbs, target, sums[0].Limb(target), sums[1].Limb(target));
        });
        return sums;
    }

    /// <summary>One limb of <see cref="SwitchExtended"/>; the key's uniform limbs are given.</summary>
    public void SwitchExtendedLimb(
        RnsPolynomial source, RnsPolynomial extended, int level, SwitchingKey key, double** uniform, int target, double* sum0, double* sum1)
    {
        var digitCount = parameters.DigitCount(level);
        var limbCount = SwitchingKey.LimbsPerDigit(parameters, level);
        var limbs = stackalloc double*[digitCount];
        for (var digit = 0; digit < digitCount; digit++)
        {
            limbs[digit] = IsOwnLimb(digit, target, level)
                ? source.Limb(target)
                : extended.Limb(digit * limbCount + target);
        }
        InnerProduct(limbs, 1, uniform, digitCount, key, level, target, sum0, sum1);
    }

    /// <summary>
    /// As <see cref="SwitchMany"/>, for polynomials of small integer coefficients under a key of one digit: what is small is its own digit,
    /// and needs no decomposition.
    /// </summary>
    /// <param name="coefficients">polynomials of one limb of coefficients, up to 2^52 in size</param>
    /// <param name="key">a key whose only digit has all limbs; its level is that of the sums</param>
    public RnsPolynomial[][] SwitchSmall(RnsPolynomial[] coefficients, SwitchingKey key)
    {
        var level = key.Level;
        RnsPolynomial[][] sums = [.. coefficients.Select(_ => RentPair(key.LimbCount))];
        For(level, key.LimbCount, target =>
        {
            using var scratch = _ring.Rent(1);
            using var uniform = new UniformLimbs(key, 1);
            var values = scratch.Limb(0);
            double* limb;
            uniform.Take(&limb, 1, target, level);
            for (var i = 0; i < coefficients.Length; i++)
            {
                coefficients[i].LimbSpan(0).CopyTo(scratch.LimbSpan(0));
                _ring.ForwardNtt(values, key.ModulusIndex(target));
                InnerProduct(&values, 1, &limb, 1, key, level, target, sums[i][0].Limb(target), sums[i][1].Limb(target));
            }
        });
        return sums;
    }

    /// <summary>
    /// (sums + P addends) / P, or / (P q_level) if <paramref name="rescales"/>, each coefficient rounded to the nearest integer, and
    /// then an automorphism. The sums are used up: their limbs of the divisor are overwritten.
    /// </summary>
    /// <param name="sums">polynomials over q_0 ... q_level and the key's special primes, of which P here is the product</param>
    /// <param name="level">level of the sums</param>
    /// <param name="rescales">whether q_level is divided out as well; for sums over all special primes alone</param>
    /// <param name="addends">for each sum a polynomial over q_0 ... q_level, or null for none</param>
    /// <param name="permutation">the automorphism applied to the results, or null</param>
    public RnsPolynomial[] Divide(
        RnsPolynomial[] sums, int level, bool rescales, RnsPolynomial?[]? addends = null, NttPermutation? permutation = null)
    {
        var kept = rescales ? level : level + 1;
        var results = new RnsPolynomial[sums.Length];
        for (var i = 0; i < sums.Length; i++)
        {
            results[i] = _ring.Rent(kept);
            if (rescales && addends?[i] is RnsPolynomial addend)
                AddTimesSpecial(sums[i], addend, level, level);
        }
        var dropped = sums[0].LimbCount - (level + 1) + (rescales ? 1 : 0);
        RemaindersToMixedRadix(sums, level, dropped);
        ForEachGroup(level, kept, (first, count) =>
        {
            using var scratch = _ring.Rent(count);
            for (var i = 0; i < sums.Length; i++)
            {
                ConvertRemainders(sums[i], level, dropped, first, scratch);
                for (var k = 0; k < count; k++)
                {
                    var quotient = permutation is null ? results[i].Limb(first + k) : scratch.Limb(k);
                    Quotient(quotient, sums[i], scratch.Limb(k), addends?[i], level, dropped, first + k);
                    if (permutation is not null)
                        _ring.ApplyAutomorphism(results[i].Limb(first + k), quotient, permutation);
                }
            }
        });
        return results;
    }

    /// <summary>Adds P * source, source over q_0 ... q_level, to a polynomial that awaits its division by P.</summary>
    public void AddTimesSpecial(RnsPolynomial sum, RnsPolynomial source, int level) => AddTimesSpecial(sum, source, 0, level);

    private void AddTimesSpecial(RnsPolynomial sum, RnsPolynomial source, int firstLimb, int lastLimb)
    {
        for (var limb = firstLimb; limb <= lastLimb; limb++)
            AddTimesSpecialLimb(sum.Limb(limb), source.Limb(limb), limb);
    }

    /// <summary>One limb of <see cref="AddTimesSpecial(RnsPolynomial, RnsPolynomial, int)"/>.</summary>
    public void AddTimesSpecialLimb(double* sum, double* source, int limb)
    {
        var special = parameters.BaseConversions.SpecialModulo(limb, parameters.SpecialModuli.Count);
        _ring.Kernels.MultiplyConstantAdd(sum, source, special, _ring.N, _ring.Moduli[limb]);
    }

    /// <summary>
    /// A loop over items of one key switch at a level: in parallel where there is enough to do that handing work out pays.
    /// </summary>
    private void For(int level, int count, Action<int> body)
    {
        if ((long)(level + 1) * _ring.N >= ParallelThreshold)
        {
            workers.For(count, body);
            return;
        }
        for (var i = 0; i < count; i++)
            body(i);
    }

    /// <summary>Calls body(first, count) for groups of targets; there are enough groups to keep every thread busy.</summary>
    private void ForEachGroup(int level, int targets, Action<int, int> body)
    {
        var size = Math.Clamp(targets / (2 * workers.Degree), 1, MaxGroup);
        var groups = (targets + size - 1) / size;
        For(level, groups, group => body(group * size, Math.Min(size, targets - group * size)));
    }

    private RnsPolynomial[] RentPair(int limbCount) => [_ring.Rent(limbCount), _ring.Rent(limbCount)];

    /// <summary>The coefficients of a transformed polynomial, each digit's limbs in mixed radix.</summary>
    private RnsPolynomial ToDigits(RnsPolynomial source, int level)
    {
        var digits = _ring.Rent(level + 1);
        For(level, level + 1, limb =>
        {
            source.LimbSpan(limb).CopyTo(digits.LimbSpan(limb));
            _ring.InverseNtt(digits.Limb(limb), limb);
        });
        int item = Math.Min(_ring.N, ConversionItem), items = _ring.N / item;
        For(level, parameters.DigitCount(level) * items, index =>
        {
            int digit = index / items, first = digit * parameters.DigitSize, count = LimbsOf(digit, level);
            var limbs = stackalloc double*[count];
            for (var k = 0; k < count; k++)
                limbs[k] = digits.Limb(first + k);
            parameters.BaseConversions.Digit(digit).ToMixedRadix(limbs, count, index % items * item, item);
        });
        return digits;
    }

    private int LimbsOf(int digit, int level) => Math.Min(parameters.DigitSize, level + 1 - digit * parameters.DigitSize);

    private bool IsOwnLimb(int digit, int target, int level) => target <= level && target / parameters.DigitSize == digit;

    /// <summary>
    /// A digit's transformed limbs for a group of targets: written to the given memory, or, where the digit owns the target, replaced
    /// by the source's limb.
    /// </summary>
    private void ExtendLimbs(RnsPolynomial source, RnsPolynomial digits, int level, int digit, int first, int count, double** limbs)
    {
        var digitLimbs = LimbsOf(digit, level);
        var coefficients = stackalloc double*[digitLimbs];
        for (var k = 0; k < digitLimbs; k++)
            coefficients[k] = digits.Limb(digit * parameters.DigitSize + k);
        var conversion = parameters.BaseConversions.Digit(digit);
        for (var done = 0; done < count;)
        {
            var target = first + done;
            if (IsOwnLimb(digit, target, level))
            {
                limbs[done++] = source.Limb(target);
                continue;
            }
            // One conversion serves moduli that follow each other in the ring.
            int modulusIndex = parameters.ExtendedModulusIndex(target, level), run = 1;
            while (done + run < count && !IsOwnLimb(digit, target + run, level)
                && parameters.ExtendedModulusIndex(target + run, level) == modulusIndex + run)
                run++;
            conversion.Evaluate(limbs + done, coefficients, digitLimbs, modulusIndex, run);
            for (var k = 0; k < run; k++)
                _ring.ForwardNtt(limbs[done + k], modulusIndex + k);
            done += run;
        }
    }

    /// <param name="limbs">transformed limbs of the digits, <paramref name="stride"/> addresses apart</param>
    /// <param name="stride">addresses between digits</param>
    /// <param name="uniform">the key's uniform limbs, digit by digit</param>
    /// <param name="digitCount">digits</param>
    /// <param name="key">the key</param>
    /// <param name="level">level of the source</param>
    /// <param name="target">limb of the sums</param>
    /// <param name="sum0">limb of the first sum</param>
    /// <param name="sum1">limb of the second sum</param>
    private void InnerProduct(
        double** limbs, int stride, double** uniform, int digitCount, SwitchingKey key, int level, int target, double* sum0, double* sum1)
    {
        var operands = stackalloc double*[3 * digitCount];
        for (var digit = 0; digit < digitCount; digit++)
        {
            operands[3 * digit] = limbs[digit * stride];
            operands[3 * digit + 1] = key.Masked.Limb(key.LimbIndex(digit, target, level));
            operands[3 * digit + 2] = uniform[digit];
        }
        var modulus = _ring.Moduli[parameters.ExtendedModulusIndex(target, level)];
        _ring.Kernels.InnerProducts(sum0, sum1, operands, digitCount, _ring.N, modulus);
    }

    /// <summary>The divisor's limbs of a sum: those of P, and of q_level where that is dropped too.</summary>
    private double* Remainder(RnsPolynomial sum, int level, int index)
    {
        var special = parameters.SpecialModuli.Count;
        return sum.Limb(index < special ? level + 1 + index : level);
    }

    private void RemaindersToMixedRadix(RnsPolynomial[] sums, int level, int dropped)
    {
        var special = parameters.SpecialModuli.Count;
        For(level, sums.Length * dropped, index =>
        {
            var k = index % dropped;
            var modulusIndex = k < special ? parameters.MaxLevel + 1 + k : level;
            _ring.InverseNtt(Remainder(sums[index / dropped], level, k), modulusIndex);
        });
        int item = Math.Min(_ring.N, ConversionItem), items = _ring.N / item;
        For(level, sums.Length * items, index =>
        {
            var limbs = stackalloc double*[dropped];
            for (var k = 0; k < dropped; k++)
                limbs[k] = Remainder(sums[index / items], level, k);
            parameters.BaseConversions.SpecialAnd(level).ToMixedRadix(limbs, dropped, index % items * item, item);
        });
    }

    /// <summary>The remainders of a sum modulo the limbs from <paramref name="first"/> on, transformed.</summary>
    private void ConvertRemainders(RnsPolynomial sum, int level, int dropped, int first, RnsPolynomial converted)
    {
        var count = converted.LimbCount;
        var remainders = stackalloc double*[dropped];
        for (var k = 0; k < dropped; k++)
            remainders[k] = Remainder(sum, level, k);
        var limbs = stackalloc double*[count];
        for (var k = 0; k < count; k++)
            limbs[k] = converted.Limb(k);
        parameters.BaseConversions.SpecialAnd(level).Evaluate(limbs, remainders, dropped, first, count);
        for (var k = 0; k < count; k++)
            _ring.ForwardNtt(limbs[k], first + k);
    }

    /// <summary>One limb of (sum - remainder + P addend) / divisor.</summary>
    private void Quotient(
        double* destination, RnsPolynomial sum, double* remainder, RnsPolynomial? addend, int level, int dropped, int limb)
    {
        var factor = parameters.BaseConversions.SpecialAnd(level).ProductInverse(dropped, limb);
        var modulus = _ring.Moduli[limb];
        if (addend is null)
        {
            _ring.Kernels.SubtractMultiply(destination, sum.Limb(limb), remainder, factor, _ring.N, modulus);
            return;
        }
        var rescales = dropped > parameters.SpecialModuli.Count;
        var addendFactor = rescales ? parameters.BaseConversions.PrimeInverse(level, limb) : 1;
        _ring.Kernels.SubtractMultiplyAdd(
            destination, sum.Limb(limb), remainder, factor, addend.Limb(limb), addendFactor, _ring.N, modulus);
    }
}

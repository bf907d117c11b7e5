using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Hybrid key switching (Han, Ki 2020, section 3): a polynomial is cut into digits of <see cref="CkksParameters.DigitSize"/> limbs,
/// each digit is extended exactly to all other moduli and P, the digits' inner product with the key is taken, and P is divided out
/// with centred rounding. Digits are centred mixed-radix conversions, so nothing approximate enters.
/// </summary>
internal sealed unsafe class KeySwitcher(CkksParameters parameters)
{
    private readonly RingContext _ring = parameters.Ring;

    /// <summary>
    /// c * s' switched to s, still times P: the pair of polynomials over q_0 ... q_level and P that <see cref="Divide"/> takes.
    /// </summary>
    public RnsPolynomial[] Switch(RnsPolynomial source, int level, SwitchingKey key)
    {
        int digitCount = parameters.DigitCount(level);
        using RnsPolynomial digits = ToDigits(source, level);
        using RnsPolynomial scratch = _ring.Rent(digitCount);
        double** limbs = stackalloc double*[digitCount];
        RnsPolynomial[] sums = RentExtendedPair(level);
        for (int target = 0; target < sums[0].LimbCount; target++)
        {
            for (int digit = 0; digit < digitCount; digit++)
                limbs[digit] = ExtendedLimb(source, digits, level, digit, target, scratch.Limb(digit));
            InnerProduct(limbs, digitCount, key, level, target, sums);
        }
        return sums;
    }

    /// <summary>
    /// The digits of a polynomial extended to all moduli, digit by digit, for many inner products with
    /// <see cref="SwitchExtended"/>; limbs within a digit's own moduli are left out, the source has them.
    /// </summary>
    public RnsPolynomial Extend(RnsPolynomial source, int level)
    {
        int limbCount = SwitchingKey.LimbsPerDigit(parameters, level);
        int digitCount = parameters.DigitCount(level);
        using RnsPolynomial digits = ToDigits(source, level);
        RnsPolynomial extended = _ring.Rent(digitCount * limbCount);
        for (int target = 0; target < limbCount; target++)
        {
            for (int digit = 0; digit < digitCount; digit++)
                ExtendedLimb(source, digits, level, digit, target, extended.Limb(digit * limbCount + target));
        }
        return extended;
    }

    /// <summary>As <see cref="Switch"/>, for digits that <see cref="Extend"/> made.</summary>
    public RnsPolynomial[] SwitchExtended(RnsPolynomial source, RnsPolynomial extended, int level, SwitchingKey key)
    {
        int digitCount = parameters.DigitCount(level);
        double** limbs = stackalloc double*[digitCount];
        RnsPolynomial[] sums = RentExtendedPair(level);
        int limbCount = sums[0].LimbCount;
        for (int target = 0; target < limbCount; target++)
        {
            for (int digit = 0; digit < digitCount; digit++)
            {
                limbs[digit] = IsOwnLimb(digit, target, level)
                    ? source.Limb(target)
                    : extended.Limb(digit * limbCount + target);
            }
            InnerProduct(limbs, digitCount, key, level, target, sums);
        }
        return sums;
    }

    /// <summary>
    /// Divides by P, or by P q_level if <paramref name="rescales"/>, rounding each coefficient to the nearest integer. The input
    /// is used up: its limbs of the divisor are overwritten.
    /// </summary>
    public RnsPolynomial[] Divide(RnsPolynomial[] sums, int level, bool rescales)
    {
        int special = parameters.SpecialModuli.Count;
        int dropped = special + (rescales ? 1 : 0);
        int kept = rescales ? level : level + 1;
        BaseConversion conversion = parameters.BaseConversions.SpecialAnd(level);
        double** remainders = stackalloc double*[sums.Length * dropped];
        var results = new RnsPolynomial[sums.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            results[i] = _ring.Rent(kept);
            for (int k = 0; k < dropped; k++)
            {
                int limb = k < special ? level + 1 + k : level;
                double* remainder = remainders[i * dropped + k] = sums[i].Limb(limb);
                _ring.InverseNtt(remainder, parameters.ExtendedModulusIndex(limb, level));
            }
            conversion.ToMixedRadix(remainders + i * dropped, dropped);
        }
        using RnsPolynomial scratch = _ring.Rent(1);
        double* converted = scratch.Limb(0);
        for (int limb = 0; limb < kept; limb++)
        {
            double factor = conversion.ProductInverse(dropped, limb);
            for (int i = 0; i < sums.Length; i++)
            {
                conversion.Evaluate(converted, remainders + i * dropped, dropped, limb);
                _ring.ForwardNtt(converted, limb);
                _ring.Kernels.SubtractMultiply(
                    results[i].Limb(limb), sums[i].Limb(limb), converted, factor, _ring.N, _ring.Moduli[limb]);
            }
        }
        return results;
    }

    /// <summary>Adds P * source, source over q_0 ... q_level, to a polynomial that awaits its division by P.</summary>
    public void AddTimesSpecial(RnsPolynomial sum, RnsPolynomial source, int level)
    {
        for (int limb = 0; limb <= level; limb++)
        {
            Modulus modulus = _ring.Moduli[limb];
            _ring.Kernels.MultiplyConstantAdd(
                sum.Limb(limb), source.Limb(limb), parameters.BaseConversions.SpecialModulo(limb), _ring.N, modulus);
        }
    }

    private RnsPolynomial[] RentExtendedPair(int level)
    {
        int limbCount = SwitchingKey.LimbsPerDigit(parameters, level);
        return [_ring.Rent(limbCount), _ring.Rent(limbCount)];
    }

    /// <summary>The coefficients of a transformed polynomial, each digit's limbs in mixed radix.</summary>
    private RnsPolynomial ToDigits(RnsPolynomial source, int level)
    {
        RnsPolynomial digits = _ring.Rent(level + 1);
        digits.CopyLimbsFrom(source, level + 1);
        double** limbs = stackalloc double*[level + 1];
        for (int limb = 0; limb <= level; limb++)
        {
            limbs[limb] = digits.Limb(limb);
            _ring.InverseNtt(limbs[limb], limb);
        }
        for (int first = 0, digit = 0; first <= level; first += parameters.DigitSize, digit++)
        {
            int count = Math.Min(parameters.DigitSize, level + 1 - first);
            parameters.BaseConversions.Digit(digit).ToMixedRadix(limbs + first, count);
        }
        return digits;
    }

    private bool IsOwnLimb(int digit, int target, int level) => target <= level && target / parameters.DigitSize == digit;

    /// <summary>A digit's transformed limb for one modulus: the source's own, or its extension written to the given memory.</summary>
    private double* ExtendedLimb(
        RnsPolynomial source, RnsPolynomial digits, int level, int digit, int target, double* destination)
    {
        if (IsOwnLimb(digit, target, level))
            return source.Limb(target);
        int first = digit * parameters.DigitSize;
        int count = Math.Min(parameters.DigitSize, level + 1 - first);
        double** limbs = stackalloc double*[count];
        for (int k = 0; k < count; k++)
            limbs[k] = digits.Limb(first + k);
        int modulusIndex = parameters.ExtendedModulusIndex(target, level);
        parameters.BaseConversions.Digit(digit).Evaluate(destination, limbs, count, modulusIndex);
        _ring.ForwardNtt(destination, modulusIndex);
        return destination;
    }

    private void InnerProduct(double** limbs, int digitCount, SwitchingKey key, int level, int target, RnsPolynomial[] sums)
    {
        double** operands = stackalloc double*[3 * digitCount];
        for (int digit = 0; digit < digitCount; digit++)
        {
            int keyLimb = key.LimbIndex(digit, target, level);
            operands[3 * digit] = limbs[digit];
            operands[3 * digit + 1] = key.Masked.Limb(keyLimb);
            operands[3 * digit + 2] = key.Uniform.Limb(keyLimb);
        }
        Modulus modulus = _ring.Moduli[parameters.ExtendedModulusIndex(target, level)];
        _ring.Kernels.InnerProducts(sums[0].Limb(target), sums[1].Limb(target), operands, digitCount, _ring.N, modulus);
    }
}

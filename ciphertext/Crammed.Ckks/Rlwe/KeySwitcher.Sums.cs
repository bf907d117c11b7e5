using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>Where one automorphism of a ciphertext goes.</summary>
/// <param name="Sum">number of the sum</param>
/// <param name="Mask">what it is multiplied by there, or null</param>
internal readonly record struct SumPlace(int Sum, PeriodicPlaintext? Mask);

/// <summary>One automorphism of several ciphertexts.</summary>
/// <param name="Key">name of its key, or null for the identity</param>
/// <param name="Permutation">how it permutes values, or null for the identity</param>
/// <param name="Places">for each ciphertext</param>
internal sealed record SummedAutomorphism(EvaluationKeyId? Key, NttPermutation? Permutation, SumPlace[] Places);

/// <summary>Ciphertexts that are moved by the same automorphisms: limbs of their keys are read once for all of them.</summary>
internal sealed record SummedBundle(Ciphertext[] Sources, SummedAutomorphism[] Automorphisms)
{
    public bool IsMoved => Automorphisms.Any(automorphism => automorphism.Key is not null);
}

/// <summary>Sums of key switches before the division by P: it is linear, and one serves the whole sum.</summary>
internal sealed unsafe partial class KeySwitcher
{
    /// <summary>
    /// For each sum P times Σ mask * φ(ciphertext), over q_0 ... q_level and P, for <see cref="Divide"/>. Every ciphertext is decomposed
    /// once a bundle, and only one bundle's digits and keys are held at a time.
    /// </summary>
    public RnsPolynomial[][] SumAutomorphisms(
        IReadOnlyList<SummedBundle> bundles, int sumCount, int level, Func<EvaluationKeyId, KeyLease> lease)
    {
        var targets = level + 1 + parameters.SpecialModuli.Count;
        RnsPolynomial[][] sums = [.. Enumerable.Range(0, sumCount).Select(_ => RentPair(targets))];
        var isBegun = new bool[targets * sumCount];
        foreach (var bundle in bundles)
        {
            RnsPolynomial[] digits = bundle.IsMoved ? [.. bundle.Sources.Select(source => ToDigits(source[1], level))] : [];
            KeyLease?[] keys = [.. bundle.Automorphisms.Select(automorphism => automorphism.Key is { } key ? lease(key) : null)];
            ForEachGroup(level, targets, (first, count) => AddBundle(sums, isBegun, bundle, keys, digits, level, first, count));
            foreach (var key in keys)
                key?.Dispose();
            foreach (var polynomial in digits)
                polynomial.Dispose();
        }
        return sums;
    }

    private void AddBundle(
        RnsPolynomial[][] sums, bool[] isBegun, SummedBundle bundle, KeyLease?[] keys, RnsPolynomial[] digits, int level, int first, int count)
    {
        var digitCount = parameters.DigitCount(level);
        using var scratch = _ring.Rent(digits.Length * digitCount * count + 4);
        var limbs = stackalloc double*[digits.Length * digitCount * count];
        for (var i = 0; i < digits.Length; i++)
        {
            for (var digit = 0; digit < digitCount; digit++)
            {
                var start = (i * digitCount + digit) * count;
                for (var k = 0; k < count; k++)
                    limbs[start + k] = scratch.Limb(start + k);
                ExtendLimbs(bundle.Sources[i][1], digits[i], level, digit, first, count, limbs + start);
            }
        }
        var work = digits.Length * digitCount * count;
        double* switched0 = scratch.Limb(work), switched1 = scratch.Limb(work + 1);
        double* moved0 = scratch.Limb(work + 2), moved1 = scratch.Limb(work + 3);
        var row = stackalloc double*[digitCount];
        for (var k = 0; k < count; k++)
        {
            var target = first + k;
            for (var a = 0; a < keys.Length; a++)
            {
                var automorphism = bundle.Automorphisms[a];
                using var uniform = keys[a] is { } lease ? new UniformLimbs(lease.Key, digitCount) : default;
                if (keys[a] is not null)
                    uniform.Take(row, digitCount, target, level);
                for (var i = 0; i < bundle.Sources.Length; i++)
                {
                    if (keys[a] is { } held)
                    {
                        InnerProduct(
                            limbs + i * digitCount * count + k, count, row, digitCount, held.Key, level, target, switched0, switched1);
                        if (target <= level)
                            AddTimesSpecialLimb(switched0, bundle.Sources[i][0].Limb(target), target);
                        _ring.ApplyAutomorphism(moved0, switched0, automorphism.Permutation!);
                        _ring.ApplyAutomorphism(moved1, switched1, automorphism.Permutation!);
                    }
                    else
                    {
                        TimesSpecial(moved0, bundle.Sources[i][0], target, level);
                        TimesSpecial(moved1, bundle.Sources[i][1], target, level);
                    }
                    var place = automorphism.Places[i];
                    ref var begun = ref isBegun[target * sums.Length + place.Sum];
                    AddMasked(sums[place.Sum][0].Limb(target), moved0, place.Mask, target, level, begun);
                    AddMasked(sums[place.Sum][1].Limb(target), moved1, place.Mask, target, level, begun);
                    begun = true;
                }
            }
        }
    }

    /// <summary>One limb of P times a polynomial over q_0 ... q_level.</summary>
    private void TimesSpecial(double* product, RnsPolynomial source, int target, int level)
    {
        if (target > level)
        {
            new Span<double>(product, _ring.N).Clear();
            return;
        }
        var special = parameters.BaseConversions.SpecialModulo(target, parameters.SpecialModuli.Count);
        _ring.Kernels.MultiplyConstant(product, source.Limb(target), special, _ring.N, _ring.Moduli[target]);
    }

    /// <summary>One limb: sum = mask * source, or sum += mask * source.</summary>
    private void AddMasked(double* sum, double* source, PeriodicPlaintext? mask, int target, int level, bool adds)
    {
        var modulus = _ring.Moduli[parameters.ExtendedModulusIndex(target, level)];
        if (mask is null)
        {
            if (adds)
                _ring.Kernels.Add(sum, sum, source, _ring.N, modulus);
            else
                new ReadOnlySpan<double>(source, _ring.N).CopyTo(new Span<double>(sum, _ring.N));
            return;
        }
        var run = _ring.N / mask.Runs;
        foreach (var value in mask.Limb(target, level))
        {
            if (adds)
                _ring.Kernels.MultiplyConstantAdd(sum, source, value, run, modulus);
            else
                _ring.Kernels.MultiplyConstant(sum, source, value, run, modulus);
            sum += run;
            source += run;
        }
    }
}

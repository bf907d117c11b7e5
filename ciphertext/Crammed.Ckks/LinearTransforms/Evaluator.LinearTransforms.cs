using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Linear maps on slots by baby steps and giant steps with double hoisting (Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux 2021,
/// algorithm 6): all baby steps share one decomposition and stay modulo QP, as do inner sums and giant steps, so that divisions
/// by P are one polynomial for each giant step and one ciphertext at the end, where the rescale is the same division.
/// </summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// The map applied to every period of slots; one level below the transform's, at the operand's scale times the transform's over
    /// q_level. The operand's level may be higher than the transform's: it counts as dropped to it.
    /// </summary>
    /// <remarks>
    /// Holds two polynomials modulo QP for each giant step, and the digits of the operand, while it runs. Noise:
    /// <see cref="NoiseEstimator.LinearTransform"/>.
    /// </remarks>
    /// <exception cref="InvalidOperationException">the operand is below the transform's level or not relinearized, or a rotation key is
    /// missing or serves lower levels only</exception>
    /// <exception cref="ArgumentException">operand or transform belong to other parameters</exception>
    /// <exception cref="ObjectDisposedException">operand or transform is disposed</exception>
    public Ciphertext Transform(Ciphertext ciphertext, LinearTransform transform) => TransformBatch([ciphertext], transform)[0];

    /// <summary>
    /// As <see cref="Transform"/>, for many ciphertexts, each of the transform's level or above: each limb of a key and of a diagonal comes
    /// from memory once for all of them. Results are the same as those of the single operation; memory is that of all of them.
    /// </summary>
    public Ciphertext[] TransformBatch(IReadOnlyList<Ciphertext> ciphertexts, LinearTransform transform)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        ArgumentNullException.ThrowIfNull(transform);
        if (ciphertexts.Count == 0)
            throw new ArgumentException($"{nameof(TransformBatch)}: there is no ciphertext");
        var plan = transform.Plan;
        foreach (var ciphertext in ciphertexts)
            CheckTransform(ciphertext, transform);
        foreach (var (steps, level) in plan.Rotations)
            CheckRotationKey(nameof(Transform), level, ciphertexts[0].Scale, steps);
        var sums = InnerSums(ciphertexts, transform);
        var totals = GiantSteps(sums, plan, ciphertexts[0].Scale);
        return [.. totals.Select((total, i) => FinishTransform(total, ciphertexts[i], transform))];
    }

    private Ciphertext FinishTransform(RnsPolynomial[] total, Ciphertext operand, LinearTransform transform)
    {
        var level = transform.Plan.Level;
        var results = _switcher.Divide(total, level, rescales: true);
        DisposeAll(total);
        double prime = Parameters.Moduli[level];
        // A product and a quotient would round.
        var scale = transform.Scale == prime ? operand.Scale : operand.Scale * transform.Scale / prime;
        return new Ciphertext(Parameters, operand.KeyId, results, level - 1, scale);
    }

    private void CheckTransform(Ciphertext ciphertext, LinearTransform transform)
    {
        var plan = transform.Plan;
        CheckPolynomials(nameof(Transform), ciphertext, 2);
        CheckOwner(nameof(Transform), plan.Parameters);
        if (ciphertext.Level < plan.Level)
        {
            throw new InvalidOperationException(
                $"{nameof(Transform)}: the transform is for level {plan.Level}, the operand is below it ({Describe(ciphertext)})");
        }
        ciphertext.ThrowIfDisposed();
        transform.ThrowIfDisposed();
    }

    /// <summary>
    /// For every giant step and operand the sum of its diagonals times the rotated operand, modulo QP. Limb by limb: all rotations of a limb
    /// and all their products, so that rotations never leave the cache; so the keys of all baby steps are needed together.
    /// </summary>
    private RnsPolynomial[][][] InnerSums(IReadOnlyList<Ciphertext> ciphertexts, LinearTransform transform)
    {
        var plan = transform.Plan;
        var keys = KeysOfBabySteps(plan, ciphertexts[0].Scale);
        int limbCount = SwitchingKey.LimbsPerDigit(Parameters, plan.Level), count = ciphertexts.Count;
        RnsPolynomial[] extended = plan.BabySteps.Any(step => step != 0)
            ? [.. ciphertexts.Select(ciphertext => _switcher.Extend(ciphertext[1], plan.Level))]
            : [];
        RnsPolynomial[][][] sums =
            [.. plan.GiantSteps.Select(_ => Enumerable.Range(0, count).Select(_ => new[] { Ring.Rent(limbCount), Ring.Rent(limbCount) }).ToArray())];
        var terms = TermsOf(plan);
        var kept = transform.Storage == DiagonalStorage.Coefficients ? terms.Length : 0;
        _workers.For(limbCount, limb =>
        {
            using var babies = Ring.Rent(2 * count * plan.BabySteps.Count + 2);
            BabySteps(ciphertexts, extended, plan, keys, limb, babies);
            using var scratch = kept > 0 ? Ring.Rent(kept) : null;
            var diagonals = new nint[terms.Length];
            for (var i = 0; i < terms.Length; i++)
                diagonals[i] = (nint)transform.Limb(terms[i].Diagonal, limb, scratch is null ? null : scratch.Limb(i));
            SumProducts(babies, sums, terms, diagonals, limb, plan.Level);
        });
        DisposeAll(keys.Values);
        DisposeAll(extended);
        return sums;
    }

    /// <summary>The key of a baby or giant step, null for the step that moves nothing.</summary>
    private KeyLease? KeyOfStep(LinearTransformPlan plan, int step, double scale) =>
        step == 0 ? null : RotationKey(nameof(Transform), plan.Level, scale, step);

    /// <summary>All or none.</summary>
    private Dictionary<int, KeyLease?> KeysOfBabySteps(LinearTransformPlan plan, double scale)
    {
        var keys = new Dictionary<int, KeyLease?>();
        try
        {
            foreach (var step in plan.BabySteps)
                keys.Add(step, KeyOfStep(plan, step, scale));
            return keys;
        }
        catch
        {
            DisposeAll(keys.Values);
            throw;
        }
    }

    /// <summary>In the order of giant steps.</summary>
    private static DiagonalTerm[] TermsOf(LinearTransformPlan plan)
    {
        var positions = plan.BabySteps.Select((step, i) => (step, i)).ToDictionary(pair => pair.step, pair => pair.i);
        return
        [
            .. plan.GiantSteps.SelectMany(
                (giant, g) => plan.BabyStepsOf(giant).Select(baby => new DiagonalTerm(giant + baby, positions[baby], g))),
        ];
    }

    /// <summary>
    /// One limb of P times the rotations of each operand by every baby step: 2 limbs for each operand of each step; 2 more are scratch.
    /// </summary>
    private void BabySteps(
        IReadOnlyList<Ciphertext> ciphertexts, RnsPolynomial[] extended, LinearTransformPlan plan, Dictionary<int, KeyLease?> keys, int limb,
        RnsPolynomial babies)
    {
        int count = ciphertexts.Count, digitCount = Parameters.DigitCount(plan.Level);
        var uniformLimbs = stackalloc double*[digitCount];
        double* switched0 = babies.Limb(babies.LimbCount - 2), switched1 = babies.Limb(babies.LimbCount - 1);
        for (var i = 0; i < plan.BabySteps.Count; i++)
        {
            if (keys[plan.BabySteps[i]] is not { } key)
            {
                for (var k = 0; k < 2 * count; k++)
                    TimesSpecial(babies.LimbSpan(2 * i * count + k), ciphertexts[k / 2][k % 2], limb, plan.Level);
                continue;
            }
            var permutation = Ring.Permutation(key.Element);
            using var uniform = new UniformLimbs(key.Key, digitCount);
            uniform.Take(uniformLimbs, digitCount, limb, plan.Level);
            for (var k = 0; k < count; k++)
            {
                var position = 2 * (i * count + k);
                _switcher.SwitchExtendedLimb(
                    ciphertexts[k][1], extended[k], plan.Level, key.Key, uniformLimbs, limb, switched0, switched1);
                if (limb <= plan.Level)
                    _switcher.AddTimesSpecialLimb(switched0, ciphertexts[k][0].Limb(limb), limb);
                Ring.ApplyAutomorphism(babies.Limb(position), switched0, permutation);
                Ring.ApplyAutomorphism(babies.Limb(position + 1), switched1, permutation);
            }
        }
    }

    /// <summary>One limb of all inner sums: giant steps read the same piece of the baby steps while it is in the nearest cache.</summary>
    private void SumProducts(
        RnsPolynomial babies, RnsPolynomial[][][] sums, DiagonalTerm[] terms, nint[] diagonals, int limb, int level)
    {
        var modulus = Ring.Moduli[Parameters.ExtendedModulusIndex(limb, level)];
        int chunk = Math.Min(Ring.N, ParallelChunk), operandCount = sums[0].Length;
        var operands = stackalloc double*[3 * terms.Length];
        for (var offset = 0; offset < Ring.N; offset += chunk)
        {
            for (var k = 0; k < operandCount; k++)
            {
                for (var i = 0; i < terms.Length;)
                {
                    int giant = terms[i].GiantStep, count = 0;
                    for (; i < terms.Length && terms[i].GiantStep == giant; i++)
                    {
                        var position = 2 * (terms[i].BabyStep * operandCount + k);
                        operands[3 * count] = (double*)diagonals[i] + offset;
                        operands[3 * count + 1] = babies.Limb(position) + offset;
                        operands[3 * count++ + 2] = babies.Limb(position + 1) + offset;
                    }
                    var sum = sums[giant][k];
                    Kernels.InnerProducts(sum[0].Limb(limb) + offset, sum[1].Limb(limb) + offset, operands, count, chunk, modulus);
                }
            }
        }
    }

    /// <summary>Rotates every inner sum by its giant step and adds up, modulo QP: by operand. Uses the sums up.</summary>
    private RnsPolynomial[][] GiantSteps(RnsPolynomial[][][] sums, LinearTransformPlan plan, double scale)
    {
        var permutations = new NttPermutation?[sums.Length];
        _workers.For(sums.Length, i =>
        {
            using var key = KeyOfStep(plan, plan.GiantSteps[i], scale);
            if (key is null)
                return;
            permutations[i] = Ring.Permutation(key.Element);
            SwitchSums(sums[i], plan.Level, key.Key);
        });
        // Step 0, or the first one, holds the total.
        _workers.For(sums[0][0][0].LimbCount, limb => AddRotated(sums, permutations, limb, plan.Level));
        foreach (var addend in sums.Skip(1).SelectMany(addends => addends))
            DisposeAll(addend);
        return sums[0];
    }

    /// <summary>(s_0, s_1) becomes (s_0, 0) plus the key switch of s_1 / P, for every operand.</summary>
    private void SwitchSums(RnsPolynomial[][] sums, int level, SwitchingKey key)
    {
        var divided = _switcher.Divide([.. sums.Select(sum => sum[1])], level, rescales: false);
        var switched = _switcher.SwitchMany(divided, level, key);
        DisposeAll(divided);
        for (var k = 0; k < sums.Length; k++)
        {
            AddExtended(switched[k][0], sums[k][0], level);
            DisposeAll(sums[k]);
            sums[k] = switched[k];
        }
    }

    /// <summary>One limb of the sums of each operand, each under its automorphism, added up in those of the first giant step.</summary>
    private void AddRotated(RnsPolynomial[][][] sums, NttPermutation?[] permutations, int limb, int level)
    {
        var modulus = Ring.Moduli[Parameters.ExtendedModulusIndex(limb, level)];
        using var scratch = Ring.Rent(1);
        var rotated = scratch.Limb(0);
        for (var k = 0; k < 2 * sums[0].Length; k++)
        {
            var total = sums[0][k / 2][k % 2].Limb(limb);
            for (var i = 0; i < sums.Length; i++)
            {
                var addend = sums[i][k / 2][k % 2].Limb(limb);
                if (permutations[i] is { } permutation)
                {
                    Ring.ApplyAutomorphism(rotated, addend, permutation);
                    addend = rotated;
                }
                if (i > 0)
                    Kernels.Add(total, total, addend, Ring.N, modulus);
                else if (addend != total)
                    scratch.LimbSpan(0).CopyTo(sums[0][k / 2][k % 2].LimbSpan(limb));
            }
        }
    }

    /// <summary>One limb of P times a polynomial over q_0 ... q_level.</summary>
    private void TimesSpecial(Span<double> product, RnsPolynomial source, int limb, int level)
    {
        product.Clear();
        fixed (double* destination = product)
        {
            if (limb <= level)
                _switcher.AddTimesSpecialLimb(destination, source.Limb(limb), limb);
        }
    }

    private void AddExtended(RnsPolynomial sum, RnsPolynomial addend, int level)
    {
        for (var limb = 0; limb < sum.LimbCount; limb++)
        {
            var modulus = Ring.Moduli[Parameters.ExtendedModulusIndex(limb, level)];
            Kernels.Add(sum.Limb(limb), sum.Limb(limb), addend.Limb(limb), Ring.N, modulus);
        }
    }

    /// <summary>One diagonal with the positions of its baby and its giant step in the plan's lists.</summary>
    private readonly record struct DiagonalTerm(int Diagonal, int BabyStep, int GiantStep);
}

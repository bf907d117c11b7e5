using Crammed.Ckks.Arithmetic;
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
    /// Holds two polynomials modulo QP for each baby and each giant step while it runs. Noise:
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
        LinearTransformPlan plan = transform.Plan;
        foreach (Ciphertext ciphertext in ciphertexts)
            CheckTransform(ciphertext, transform);
        Dictionary<int, (int Element, SwitchingKey Key)> keys = plan.Rotations.ToDictionary(
            rotation => rotation.Steps,
            rotation => RotationKey(nameof(Transform), rotation.Level, ciphertexts[0].Scale, rotation.Steps));
        RnsPolynomial[][][] babies = BabySteps(ciphertexts, plan, keys);
        RnsPolynomial[][][] sums = InnerSums(babies, transform);
        foreach (RnsPolynomial[] baby in babies.SelectMany(steps => steps))
            DisposeAll(baby);
        RnsPolynomial[][] totals = GiantSteps(sums, plan, keys);
        return [.. totals.Select((total, i) => FinishTransform(total, ciphertexts[i], transform))];
    }

    private Ciphertext FinishTransform(RnsPolynomial[] total, Ciphertext operand, LinearTransform transform)
    {
        int level = transform.Plan.Level;
        RnsPolynomial[] results = _switcher.Divide(total, level, rescales: true);
        DisposeAll(total);
        double prime = Parameters.Moduli[level];
        // A product and a quotient would round.
        double scale = transform.Scale == prime ? operand.Scale : operand.Scale * transform.Scale / prime;
        return new Ciphertext(Parameters, results, level - 1, scale);
    }

    private void CheckTransform(Ciphertext ciphertext, LinearTransform transform)
    {
        LinearTransformPlan plan = transform.Plan;
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

    /// <summary>P times the rotations of each operand by every baby step, modulo QP: by step, by operand.</summary>
    private RnsPolynomial[][][] BabySteps(
        IReadOnlyList<Ciphertext> ciphertexts, LinearTransformPlan plan, Dictionary<int, (int Element, SwitchingKey Key)> keys)
    {
        int level = plan.Level;
        IReadOnlyList<int> steps = plan.BabySteps;
        RnsPolynomial[] sources = [.. ciphertexts.Select(ciphertext => ciphertext[1])];
        RnsPolynomial[] extended = steps.Any(step => step != 0) ? [.. sources.Select(source => _switcher.Extend(source, level))] : [];
        var babies = new RnsPolynomial[steps.Count][][];
        _workers.For(steps.Count, i =>
        {
            if (steps[i] == 0)
            {
                babies[i] = [.. ciphertexts.Select(ciphertext => new[] { TimesSpecial(ciphertext[0], level), TimesSpecial(ciphertext[1], level) })];
                return;
            }
            (int element, SwitchingKey key) = keys[steps[i]];
            babies[i] = _switcher.SwitchExtended(sources, extended, level, key);
            for (int k = 0; k < ciphertexts.Count; k++)
            {
                _switcher.AddTimesSpecial(babies[i][k][0], ciphertexts[k][0], level);
                babies[i][k] = PermuteAll(babies[i][k], element);
            }
        });
        DisposeAll(extended);
        return babies;
    }

    /// <summary>For every giant step and operand the sum of its diagonals times the rotated operand, modulo QP.</summary>
    private RnsPolynomial[][][] InnerSums(RnsPolynomial[][][] babies, LinearTransform transform)
    {
        LinearTransformPlan plan = transform.Plan;
        int limbCount = babies[0][0][0].LimbCount, count = babies[0].Length;
        RnsPolynomial[][][] sums =
            [.. plan.GiantSteps.Select(_ => Enumerable.Range(0, count).Select(_ => new[] { Ring.Rent(limbCount), Ring.Rent(limbCount) }).ToArray())];
        Dictionary<int, int> positions = plan.BabySteps.Select((step, i) => (step, i)).ToDictionary(pair => pair.step, pair => pair.i);
        (int Baby, int Giant, int Index)[] terms =
        [
            .. plan.GiantSteps.SelectMany(
                (giant, g) => plan.BabyStepsOf(giant).Select(baby => (positions[baby], g, giant + baby))),
        ];
        int scratchLimbs = transform.Storage == DiagonalStorage.Coefficients ? terms.Length : 0;
        _workers.For(limbCount, limb =>
        {
            using RnsPolynomial? scratch = scratchLimbs > 0 ? Ring.Rent(scratchLimbs) : null;
            var diagonals = new nint[terms.Length];
            for (int i = 0; i < terms.Length; i++)
                diagonals[i] = (nint)transform.Limb(terms[i].Index, limb, scratch is null ? null : scratch.Limb(i));
            SumProducts(babies, sums, terms, diagonals, limb, plan.Level);
        });
        return sums;
    }

    /// <summary>One limb of all inner sums: they read the same piece of the baby steps while it is in the cache.</summary>
    private void SumProducts(
        RnsPolynomial[][][] babies, RnsPolynomial[][][] sums, (int Baby, int Giant, int Index)[] terms, nint[] diagonals, int limb, int level)
    {
        Modulus modulus = Ring.Moduli[Parameters.ExtendedModulusIndex(limb, level)];
        int chunk = Math.Min(Ring.N, ParallelChunk);
        double** operands = stackalloc double*[3 * babies.Length];
        for (int offset = 0; offset < Ring.N; offset += chunk)
        {
            for (int k = 0; k < babies[0].Length; k++)
            {
                for (int i = 0; i < terms.Length;)
                {
                    int giant = terms[i].Giant, count = 0;
                    for (; i < terms.Length && terms[i].Giant == giant; i++)
                    {
                        RnsPolynomial[] baby = babies[terms[i].Baby][k];
                        operands[3 * count] = (double*)diagonals[i] + offset;
                        operands[3 * count + 1] = baby[0].Limb(limb) + offset;
                        operands[3 * count++ + 2] = baby[1].Limb(limb) + offset;
                    }
                    RnsPolynomial[] sum = sums[giant][k];
                    Kernels.InnerProducts(sum[0].Limb(limb) + offset, sum[1].Limb(limb) + offset, operands, count, chunk, modulus);
                }
            }
        }
    }

    /// <summary>Rotates every inner sum by its giant step and adds up, modulo QP: by operand. Uses the sums up.</summary>
    private RnsPolynomial[][] GiantSteps(
        RnsPolynomial[][][] sums, LinearTransformPlan plan, Dictionary<int, (int Element, SwitchingKey Key)> keys)
    {
        _workers.For(sums.Length, i =>
        {
            if (plan.GiantSteps[i] != 0)
                GiantStep(sums[i], plan.Level, keys[plan.GiantSteps[i]]);
        });
        int count = sums[0].Length;
        _workers.For(sums[0][0][0].LimbCount, limb =>
        {
            Modulus modulus = Ring.Moduli[Parameters.ExtendedModulusIndex(limb, plan.Level)];
            foreach (RnsPolynomial[][] addends in sums.Skip(1))
            {
                for (int k = 0; k < 2 * count; k++)
                {
                    double* sum = sums[0][k / 2][k % 2].Limb(limb);
                    Kernels.Add(sum, sum, addends[k / 2][k % 2].Limb(limb), Ring.N, modulus);
                }
            }
        });
        foreach (RnsPolynomial[] addend in sums.Skip(1).SelectMany(addends => addends))
            DisposeAll(addend);
        return sums[0];
    }

    /// <summary>Rotates the sums of one giant step, of every operand, in their place.</summary>
    private void GiantStep(RnsPolynomial[][] sums, int level, (int Element, SwitchingKey Key) key)
    {
        RnsPolynomial[] divided = _switcher.Divide([.. sums.Select(sum => sum[1])], level, rescales: false);
        RnsPolynomial[][] switched = _switcher.SwitchMany(divided, level, key.Key);
        DisposeAll(divided);
        for (int k = 0; k < sums.Length; k++)
        {
            AddExtended(switched[k][0], sums[k][0], level);
            DisposeAll(sums[k]);
            sums[k] = PermuteAll(switched[k], key.Element);
        }
    }

    private RnsPolynomial TimesSpecial(RnsPolynomial source, int level)
    {
        RnsPolynomial product = Ring.Rent(SwitchingKey.LimbsPerDigit(Parameters, level));
        for (int limb = 0; limb < product.LimbCount; limb++)
            product.LimbSpan(limb).Clear();
        _switcher.AddTimesSpecial(product, source, level);
        return product;
    }

    private void AddExtended(RnsPolynomial sum, RnsPolynomial addend, int level)
    {
        for (int limb = 0; limb < sum.LimbCount; limb++)
        {
            Modulus modulus = Ring.Moduli[Parameters.ExtendedModulusIndex(limb, level)];
            Kernels.Add(sum.Limb(limb), sum.Limb(limb), addend.Limb(limb), Ring.N, modulus);
        }
    }

    /// <summary>The automorphism X -> X^element of both polynomials; disposes them.</summary>
    private RnsPolynomial[] PermuteAll(RnsPolynomial[] polynomials, int element)
    {
        var permuted = new RnsPolynomial[polynomials.Length];
        NttPermutation permutation = Ring.Permutation(element);
        for (int i = 0; i < polynomials.Length; i++)
        {
            permuted[i] = Ring.Rent(polynomials[i].LimbCount);
            for (int limb = 0; limb < permuted[i].LimbCount; limb++)
                Ring.ApplyAutomorphism(permuted[i].Limb(limb), polynomials[i].Limb(limb), permutation);
        }
        DisposeAll(polynomials);
        return permuted;
    }
}

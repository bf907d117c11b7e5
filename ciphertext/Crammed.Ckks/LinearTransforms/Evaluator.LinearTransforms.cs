using System.Buffers;
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
    public Ciphertext Transform(Ciphertext ciphertext, LinearTransform transform)
    {
        LinearTransformPlan plan = transform.Plan;
        Dictionary<int, (int Element, SwitchingKey Key)> keys = CheckTransform(ciphertext, transform);
        RnsPolynomial[][] babies = BabySteps(ciphertext, plan, keys);
        RnsPolynomial[][] sums = InnerSums(babies, transform);
        foreach (RnsPolynomial[] baby in babies)
            DisposeAll(baby);
        RnsPolynomial[] total = GiantSteps(sums, plan, keys);
        RnsPolynomial[] results = _switcher.Divide(total, plan.Level, rescales: true);
        DisposeAll(total);
        double prime = Parameters.Moduli[plan.Level];
        // A product and a quotient would round.
        double scale = transform.Scale == prime ? ciphertext.Scale : ciphertext.Scale * transform.Scale / prime;
        return new Ciphertext(Parameters, results, plan.Level - 1, scale);
    }

    private Dictionary<int, (int Element, SwitchingKey Key)> CheckTransform(Ciphertext ciphertext, LinearTransform transform)
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
        var keys = new Dictionary<int, (int, SwitchingKey)>();
        foreach ((int steps, int level) in plan.Rotations)
            keys[steps] = RotationKey(nameof(Transform), level, ciphertext.Scale, steps);
        return keys;
    }

    /// <summary>P times the rotations of the operand by every baby step, modulo QP.</summary>
    private RnsPolynomial[][] BabySteps(
        Ciphertext ciphertext, LinearTransformPlan plan, Dictionary<int, (int Element, SwitchingKey Key)> keys)
    {
        int level = plan.Level;
        IReadOnlyList<int> steps = plan.BabySteps;
        bool rotates = steps.Any(step => step != 0);
        using RnsPolynomial? extended = rotates ? _switcher.Extend(ciphertext[1], level) : null;
        var babies = new RnsPolynomial[steps.Count][];
        _workers.For(steps.Count, i =>
        {
            if (steps[i] == 0)
            {
                babies[i] = [TimesSpecial(ciphertext[0], level), TimesSpecial(ciphertext[1], level)];
                return;
            }
            (int element, SwitchingKey key) = keys[steps[i]];
            RnsPolynomial[] switched = _switcher.SwitchExtended(ciphertext[1], extended!, level, key);
            _switcher.AddTimesSpecial(switched[0], ciphertext[0], level);
            babies[i] = PermuteAll(switched, element);
        });
        return babies;
    }

    /// <summary>For every giant step the sum of its diagonals times the rotated operand, modulo QP.</summary>
    private RnsPolynomial[][] InnerSums(RnsPolynomial[][] babies, LinearTransform transform)
    {
        LinearTransformPlan plan = transform.Plan;
        int limbCount = babies[0][0].LimbCount;
        var sums = new RnsPolynomial[plan.GiantSteps.Count][];
        for (int giant = 0; giant < sums.Length; giant++)
            sums[giant] = [Ring.Rent(limbCount), Ring.Rent(limbCount)];
        Dictionary<int, int> positions = plan.BabySteps.Select((step, i) => (step, i)).ToDictionary(pair => pair.step, pair => pair.i);
        int chunk = Math.Min(Ring.N, ParallelChunk);
        int chunks = Ring.N / chunk;
        // All giant steps read the same piece of the baby steps while it is in the cache.
        _workers.For(limbCount * chunks, item =>
        {
            int limb = item / chunks, offset = item % chunks * chunk;
            Modulus modulus = Ring.Moduli[Parameters.ExtendedModulusIndex(limb, plan.Level)];
            nint[] addresses = ArrayPool<nint>.Shared.Rent(3 * babies.Length);
            for (int giant = 0; giant < sums.Length; giant++)
            {
                int count = 0;
                foreach (int step in plan.BabyStepsOf(plan.GiantSteps[giant]))
                {
                    RnsPolynomial[] baby = babies[positions[step]];
                    addresses[3 * count] = (nint)(transform[plan.GiantSteps[giant], step].Limb(limb) + offset);
                    addresses[3 * count + 1] = (nint)(baby[0].Limb(limb) + offset);
                    addresses[3 * count++ + 2] = (nint)(baby[1].Limb(limb) + offset);
                }
                double* sum0 = sums[giant][0].Limb(limb) + offset, sum1 = sums[giant][1].Limb(limb) + offset;
                fixed (nint* operands = addresses)
                    Kernels.InnerProducts(sum0, sum1, (double**)operands, count, chunk, modulus);
            }
            ArrayPool<nint>.Shared.Return(addresses);
        });
        return sums;
    }

    /// <summary>Rotates every inner sum by its giant step and adds up, modulo QP; uses the sums up.</summary>
    private RnsPolynomial[] GiantSteps(
        RnsPolynomial[][] sums, LinearTransformPlan plan, Dictionary<int, (int Element, SwitchingKey Key)> keys)
    {
        _workers.For(sums.Length, i =>
        {
            if (plan.GiantSteps[i] == 0)
                return;
            (int element, SwitchingKey key) = keys[plan.GiantSteps[i]];
            RnsPolynomial[] divided = _switcher.Divide([sums[i][1]], plan.Level, rescales: false);
            RnsPolynomial[] switched = _switcher.Switch(divided[0], plan.Level, key);
            DisposeAll(divided);
            AddExtended(switched[0], sums[i][0], plan.Level);
            DisposeAll(sums[i]);
            sums[i] = PermuteAll(switched, element);
        });
        for (int i = 1; i < sums.Length; i++)
        {
            AddExtended(sums[0][0], sums[i][0], plan.Level);
            AddExtended(sums[0][1], sums[i][1], plan.Level);
            DisposeAll(sums[i]);
        }
        return sums[0];
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

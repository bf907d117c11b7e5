using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Rotations and conjugation. A Galois key for g switches s to the preimage of s under X -> X^g, so that digits need no permutation and
/// one decomposition serves many rotations (hoisting; Halevi, Shoup 2018): only the result is permuted.
/// </summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>Rotates the slots to the left: result[i] = input[i + steps], indices modulo N/2.</summary>
    public Ciphertext Rotate(Ciphertext ciphertext, int steps)
    {
        CheckPolynomials(nameof(Rotate), ciphertext, 2);
        if (steps % Parameters.SlotCount == 0)
            return ciphertext.Clone();
        using var key = RotationKey(nameof(Rotate), ciphertext.Level, ciphertext.Scale, steps);
        return ApplyAutomorphism(ciphertext, key);
    }

    /// <summary>
    /// The rotations by each of the given steps, in their order. The ciphertext is decomposed once, which saves most transforms; results
    /// are the same as those of <see cref="Rotate"/>.
    /// </summary>
    public Ciphertext[] RotateMany(Ciphertext ciphertext, IReadOnlyList<int> steps)
    {
        CheckPolynomials(nameof(RotateMany), ciphertext, 2);
        foreach (var moving in steps.Where(moving => moving % Parameters.SlotCount != 0))
            CheckRotationKey(nameof(RotateMany), ciphertext.Level, ciphertext.Scale, moving);
        var results = new Ciphertext[steps.Count];
        using var extended = _switcher.Extend(ciphertext[1], ciphertext.Level);
        _workers.For(results.Length, i =>
        {
            if (steps[i] % Parameters.SlotCount == 0)
            {
                results[i] = ciphertext.Clone();
                return;
            }
            // One at a time for each thread: all keys together may be more than there is room for.
            using var key = RotationKey(nameof(RotateMany), ciphertext.Level, ciphertext.Scale, steps[i]);
            var sums = _switcher.SwitchExtended(ciphertext[1], extended, ciphertext.Level, key.Key);
            results[i] = FinishAutomorphism(ciphertext, sums, key.Element);
        });
        return results;
    }

    /// <summary>The complex conjugate of every slot.</summary>
    public Ciphertext Conjugate(Ciphertext ciphertext)
    {
        CheckPolynomials(nameof(Conjugate), ciphertext, 2);
        if (Keys.LevelOf(EvaluationKeyId.Conjugation) is not { } level)
            throw new InvalidOperationException($"{nameof(Conjugate)}: there is no conjugation key ({Describe(ciphertext)})");
        CheckKeyLevel(nameof(Conjugate), level, ciphertext.Level, ciphertext.Scale);
        using var key = Keys.Lease(EvaluationKeyId.Conjugation)!;
        return ApplyAutomorphism(ciphertext, key);
    }

    /// <summary>The key for a rotation, which is to be disposed when the operation is done with it.</summary>
    private KeyLease RotationKey(string operation, int level, double scale, int steps) =>
        Keys.Lease(CheckRotationKey(operation, level, scale, steps))!;

    /// <summary>Whether there is a key for a rotation at a level; it is not loaded.</summary>
    private EvaluationKeyId CheckRotationKey(string operation, int level, double scale, int steps)
    {
        if (EvaluationKeyId.Rotation(Parameters, steps) is not { } id || Keys.LevelOf(id) is not { } keyLevel)
            throw new InvalidOperationException($"{operation}: there is no key for a rotation by {steps} ({Describe(level, scale)})");
        CheckKeyLevel($"{operation} by {steps}", keyLevel, level, scale);
        return id;
    }

    private Ciphertext ApplyAutomorphism(Ciphertext ciphertext, KeyLease galois)
    {
        var sums = _switcher.Switch(ciphertext[1], ciphertext.Level, galois.Key);
        return FinishAutomorphism(ciphertext, sums, galois.Element);
    }

    /// <summary>Divides by P, adds c_0 and permutes; disposes the sums.</summary>
    private Ciphertext FinishAutomorphism(Ciphertext ciphertext, RnsPolynomial[] sums, int element)
    {
        var results = _switcher.Divide(
            sums, ciphertext.Level, rescales: false, [ciphertext[0], null], Ring.Permutation(element));
        DisposeAll(sums);
        return new Ciphertext(Parameters, ciphertext.KeyId, results, ciphertext.Level, ciphertext.Scale);
    }
}

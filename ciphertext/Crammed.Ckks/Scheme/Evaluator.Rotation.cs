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
        return steps % Parameters.SlotCount == 0
            ? ciphertext.Clone()
            : ApplyAutomorphism(ciphertext, RotationKey(nameof(Rotate), ciphertext, steps));
    }

    /// <summary>
    /// The rotations by each of the given steps, in their order. The ciphertext is decomposed once, which saves most transforms; results
    /// are the same as those of <see cref="Rotate"/>.
    /// </summary>
    public Ciphertext[] RotateMany(Ciphertext ciphertext, IReadOnlyList<int> steps)
    {
        CheckPolynomials(nameof(RotateMany), ciphertext, 2);
        var keys = new (int Element, SwitchingKey Key)?[steps.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = steps[i] % Parameters.SlotCount == 0 ? null : RotationKey(nameof(RotateMany), ciphertext, steps[i]);
        var results = new Ciphertext[steps.Count];
        using var extended = _switcher.Extend(ciphertext[1], ciphertext.Level);
        _workers.For(results.Length, i =>
        {
            if (keys[i] is not (int element, SwitchingKey key))
            {
                results[i] = ciphertext.Clone();
                return;
            }
            var sums = _switcher.SwitchExtended(ciphertext[1], extended, ciphertext.Level, key);
            results[i] = FinishAutomorphism(ciphertext, sums, element);
        });
        return results;
    }

    /// <summary>The complex conjugate of every slot.</summary>
    public Ciphertext Conjugate(Ciphertext ciphertext)
    {
        CheckPolynomials(nameof(Conjugate), ciphertext, 2);
        if (!Keys.TryGetConjugation(out var key))
            throw new InvalidOperationException($"{nameof(Conjugate)}: there is no conjugation key ({Describe(ciphertext)})");
        CheckKeyLevel(nameof(Conjugate), key!, ciphertext);
        return ApplyAutomorphism(ciphertext, (GaloisElement.Conjugation(Ring.N), key!));
    }

    private (int Element, SwitchingKey Key) RotationKey(string operation, Ciphertext ciphertext, int steps) =>
        RotationKey(operation, ciphertext.Level, ciphertext.Scale, steps);

    private (int Element, SwitchingKey Key) RotationKey(string operation, int level, double scale, int steps)
    {
        if (!Keys.TryGetRotation(steps, out var key))
            throw new InvalidOperationException($"{operation}: there is no key for a rotation by {steps} ({Describe(level, scale)})");
        CheckKeyLevel($"{operation} by {steps}", key!, level, scale);
        return (EvaluationKeys.RotationElement(Parameters, steps), key!);
    }

    private Ciphertext ApplyAutomorphism(Ciphertext ciphertext, (int Element, SwitchingKey Key) galois)
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

using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// ModRaise: the step of bootstrapping that takes a ciphertext from modulus q_0 to the whole chain (Cheon, Han, Kim, Kim, Song 2018), under
/// an ephemeral sparse secret (sparse-secret encapsulation; Bossuat, Troncoso-Pastoriza, Hubaux 2022, ePrint 2022/024).
/// </summary>
/// <remarks>
/// (c_0, c_1) under s is switched to (c'_0, c'_1) under the ephemeral secret s', of h coefficients 1 or -1. With centred coefficients of
/// c'_0 and c'_1 the integer polynomial c'_0 + c'_1 s' is m + q_0 I, where m is the message with its error, centred modulo q_0. A
/// coefficient of c'_1 s' is a sum of h coefficients of c'_1 up to sign, so q_0 |I| &lt;= (h + 1) q_0 / 2 + |m|, and since |m| &lt; q_0 / 2
/// this gives |I| &lt; (h + 2) / 2: at most 16 for h = 32, always. (Centred residues may pass q_0 / 2 by 2, which adds 2 (h + 1) to the
/// right; messages below q_0 / 2 - 2 (h + 1), as those of bootstrapping are by the message ratio, keep the bound.) I is distributed as the
/// rounded sum of h numbers uniform in [-1/2, 1/2]: variance (h + 1) / 12.
/// <para>Deviation from the paper: c'_1 has coefficients below q_0, which is below P, so it is its own only digit when it is switched
/// back. The key back to s has one digit instead of one for each group of limbs: a dnum-th of the memory and of the transforms, and of
/// the key's error no more than q_0 / P is left.</para>
/// </remarks>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// Raises the modulus from q_0 to q_0 ... q_L: in, 2 polynomials at level 0; out, level <see cref="CkksParameters.MaxLevel"/>, the same
    /// scale, decrypting to m + q_0 I with integers |I| &lt; (h + 2) / 2 (16 at most for h = 32), which EvalMod removes.
    /// </summary>
    /// <exception cref="InvalidOperationException">the set has no bootstrapping, the ciphertext is not at level 0 or has 3 polynomials, or
    /// the keys of encapsulation are missing</exception>
    /// <exception cref="ArgumentException">the ciphertext belongs to other parameters</exception>
    public Ciphertext ModRaise(Ciphertext ciphertext) => RaiseAll(nameof(ModRaise), [ciphertext])[0];

    /// <summary>
    /// As <see cref="ModRaise"/>, for many ciphertexts: each limb of the keys is read from memory once. Memory: while it runs, two
    /// polynomials over all moduli and P for each ciphertext. Results are the same as those of the single operation.
    /// </summary>
    public Ciphertext[] ModRaiseBatch(IReadOnlyList<Ciphertext> ciphertexts) => RaiseAll(nameof(ModRaiseBatch), ciphertexts);

    private Ciphertext[] RaiseAll(string operation, IReadOnlyList<Ciphertext> ciphertexts)
    {
        CheckRaisable(operation, ciphertexts);
        using var toEphemeral = EncapsulationKey(operation, EvaluationKeyId.DenseToEphemeral, "to the ephemeral secret", ciphertexts[0]);
        using var toDense = EncapsulationKey(operation, EvaluationKeyId.EphemeralToDense, "from the ephemeral secret", ciphertexts[0]);
        var encapsulated = SwitchToEphemeral(ciphertexts, toEphemeral.Key);
        var raised = RaiseToDense(encapsulated, toDense.Key);
        foreach (var pair in encapsulated)
            DisposeAll(pair);
        return
        [
            .. raised.Select((pair, i) =>
                new Ciphertext(Parameters, ciphertexts[i].KeyId, pair, Parameters.MaxLevel, ciphertexts[i].Scale)),
        ];
    }

    /// <summary>Pairs under the ephemeral secret: one limb each, of centred coefficients modulo q_0, no longer transformed.</summary>
    internal RnsPolynomial[][] SwitchToEphemeral(IReadOnlyList<Ciphertext> ciphertexts, SwitchingKey key)
    {
        var sums = _switcher.SwitchMany([.. ciphertexts.Select(ciphertext => ciphertext[1])], 0, key);
        var results = new RnsPolynomial[sums.Length][];
        _workers.For(sums.Length, i =>
        {
            results[i] = _switcher.Divide(sums[i], 0, rescales: false, [ciphertexts[i][0], null]);
            DisposeAll(sums[i]);
            foreach (var polynomial in results[i])
                Ring.InverseNtt(polynomial.Limb(0), 0);
        });
        return results;
    }

    /// <summary>Pairs of coefficients under the ephemeral secret, taken as integers, under the dense secret modulo q_0 ... q_L.</summary>
    internal RnsPolynomial[][] RaiseToDense(RnsPolynomial[][] encapsulated, SwitchingKey key)
    {
        var sums = _switcher.SwitchSmall([.. encapsulated.Select(pair => pair[1])], key);
        var results = new RnsPolynomial[sums.Length][];
        for (var i = 0; i < results.Length; i++)
        {
            using var lifted = Lift(encapsulated[i][0]);
            results[i] = _switcher.Divide(sums[i], Parameters.MaxLevel, rescales: false, [lifted, null]);
            DisposeAll(sums[i]);
        }
        return results;
    }

    /// <summary>Integer coefficients, up to 2^52 in size, modulo q_0 ... q_L, transformed.</summary>
    private RnsPolynomial Lift(RnsPolynomial coefficients)
    {
        var lifted = Ring.Rent(Parameters.MaxLevel + 1);
        ForEachLimb(Parameters.MaxLevel, limb =>
        {
            coefficients.LimbSpan(0).CopyTo(lifted.LimbSpan(limb));
            Ring.ForwardNtt(lifted.Limb(limb), limb);
        });
        return lifted;
    }

    private void CheckRaisable(string operation, IReadOnlyList<Ciphertext> ciphertexts)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        if (Parameters.Bootstrapping is null)
            throw new InvalidOperationException($"{operation}: {Parameters.Name} has no levels for bootstrapping");
        if (CheckBatch(operation, ciphertexts, polynomials: 2) != 0)
            throw new InvalidOperationException($"{operation}: the operand is at {Describe(ciphertexts[0])}, it must be at level 0");
        foreach (var ciphertext in ciphertexts)
            ciphertext.ThrowIfDisposed();
    }

    private KeyLease EncapsulationKey(string operation, EvaluationKeyId id, string direction, Ciphertext ciphertext) =>
        Keys.Lease(id) ?? throw new InvalidOperationException($"{operation}: there is no key {direction} ({Describe(ciphertext)})");
}

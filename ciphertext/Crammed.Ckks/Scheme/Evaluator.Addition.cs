namespace Crammed.Ckks;

/// <summary>Sums and differences: no noise beyond that of the operands, no level.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>left + right at the lower of both levels; equal scales. Products and relinearized ciphertexts may be mixed.</summary>
    public Ciphertext Add(Ciphertext left, Ciphertext right) => Combine(nameof(Add), left, right, subtracts: false);

    /// <summary>left - right, as <see cref="Add"/>.</summary>
    public Ciphertext Subtract(Ciphertext left, Ciphertext right) => Combine(nameof(Subtract), left, right, subtracts: true);

    /// <summary>accumulator += addend; the addend's level may be higher, and it must not have more polynomials.</summary>
    public void AddInPlace(Ciphertext accumulator, Ciphertext addend)
    {
        CheckInPlace(nameof(AddInPlace), accumulator, addend);
        for (var i = 0; i < addend.PolynomialCount; i++)
        {
            for (var limb = 0; limb <= accumulator.Level; limb++)
            {
                var sum = accumulator[i].Limb(limb);
                Kernels.Add(sum, sum, addend[i].Limb(limb), Ring.N, Ring.Moduli[limb]);
            }
        }
    }

    /// <summary>-ciphertext.</summary>
    public Ciphertext Negate(Ciphertext ciphertext)
    {
        CheckOwner(nameof(Negate), ciphertext);
        var result = Ciphertext.Allocate(Parameters, ciphertext.KeyId, ciphertext.PolynomialCount, ciphertext.Level, ciphertext.Scale);
        for (var i = 0; i < result.PolynomialCount; i++)
        {
            for (var limb = 0; limb <= result.Level; limb++)
                Kernels.Negate(result[i].Limb(limb), ciphertext[i].Limb(limb), Ring.N);
        }
        return result;
    }

    /// <summary>ciphertext + plaintext; equal scales, the plaintext's level may be higher.</summary>
    public Ciphertext AddPlain(Ciphertext ciphertext, Plaintext plaintext)
    {
        CheckOwner(nameof(AddPlain), ciphertext);
        CheckOwner(nameof(AddPlain), plaintext.Parameters);
        CheckPlaintextLevel(nameof(AddPlain), ciphertext, plaintext);
        CheckScales(nameof(AddPlain), ciphertext.Level, ciphertext.Scale, plaintext.Level, plaintext.Scale);
        var result = ciphertext.Clone();
        for (var limb = 0; limb <= result.Level; limb++)
        {
            var sum = result[0].Limb(limb);
            Kernels.Add(sum, sum, plaintext.Polynomial.Limb(limb), Ring.N, Ring.Moduli[limb]);
        }
        return result;
    }

    private Ciphertext Combine(string operation, Ciphertext left, Ciphertext right, bool subtracts)
    {
        CheckOwner(operation, left);
        CheckOwner(operation, right);
        CheckKeys(operation, left, right);
        CheckScales(operation, left.Level, left.Scale, right.Level, right.Scale);
        var level = Math.Min(left.Level, right.Level);
        var common = Math.Min(left.PolynomialCount, right.PolynomialCount);
        var count = Math.Max(left.PolynomialCount, right.PolynomialCount);
        var result = Ciphertext.Allocate(Parameters, left.KeyId, count, level, left.Scale);
        ForEachLimb(level, limb =>
        {
            var modulus = Ring.Moduli[limb];
            for (var i = 0; i < common; i++)
            {
                if (subtracts)
                    Kernels.Subtract(result[i].Limb(limb), left[i].Limb(limb), right[i].Limb(limb), Ring.N, modulus);
                else
                    Kernels.Add(result[i].Limb(limb), left[i].Limb(limb), right[i].Limb(limb), Ring.N, modulus);
            }
            if (common < left.PolynomialCount)
                left[common].LimbSpan(limb).CopyTo(result[common].LimbSpan(limb));
            else if (common < right.PolynomialCount && subtracts)
                Kernels.Negate(result[common].Limb(limb), right[common].Limb(limb), Ring.N);
            else if (common < right.PolynomialCount)
                right[common].LimbSpan(limb).CopyTo(result[common].LimbSpan(limb));
        });
        return result;
    }

    private void CheckInPlace(string operation, Ciphertext accumulator, Ciphertext operand)
    {
        CheckOwner(operation, accumulator);
        CheckOwner(operation, operand);
        CheckKeys(operation, accumulator, operand);
        CheckScales(operation, accumulator.Level, accumulator.Scale, operand.Level, operand.Scale);
        if (operand.Level < accumulator.Level || operand.PolynomialCount > accumulator.PolynomialCount)
        {
            throw new InvalidOperationException(
                $"{operation}: {operand.PolynomialCount} polynomials at {Describe(operand)} do not fit an accumulator of "
                + $"{accumulator.PolynomialCount} polynomials at {Describe(accumulator)}");
        }
        accumulator.Seed = null;
    }
}

namespace Crammed.Ckks;

/// <summary>Movements between levels.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// Divides by the last prime, rounding coefficients to the nearest integer: one level and a factor q_level of scale less.
    /// </summary>
    public Ciphertext Rescale(Ciphertext ciphertext)
    {
        CheckOwner(nameof(Rescale), ciphertext);
        CheckRescalable(nameof(Rescale), ciphertext);
        return DivideByLastPrime(ciphertext, ciphertext.Scale / Parameters.Moduli[ciphertext.Level]);
    }

    /// <summary>The same message and scale at a lower or equal level: surplus limbs are left out, no noise.</summary>
    public Ciphertext DropLevels(Ciphertext ciphertext, int level)
    {
        CheckOwner(nameof(DropLevels), ciphertext);
        CheckNotRaised(nameof(DropLevels), ciphertext, level);
        return ciphertext.CopyAtLevel(level, ciphertext.Scale);
    }

    /// <summary>
    /// From the canonical scale of its level to the canonical scale of a lower one: drops to level + 1, multiplies by the integer
    /// nearest to ScaleAt(level) q_(level+1) / scale and rescales. That integer is about as large as a working prime, so what
    /// rounding it changes is below 2^-30 of the message for primes of 31 bits and more.
    /// </summary>
    public Ciphertext LowerTo(Ciphertext ciphertext, int level)
    {
        CheckOwner(nameof(LowerTo), ciphertext);
        CheckNotRaised(nameof(LowerTo), ciphertext, level);
        double canonical = Parameters.ScaleAt(ciphertext.Level), target = Parameters.ScaleAt(level);
        if (!ScalesAgree(canonical, ciphertext.Scale))
        {
            throw new InvalidOperationException(
                $"{nameof(LowerTo)}: {Describe(ciphertext)} is not at its level's canonical scale 2^{Math.Log2(canonical):F6}");
        }
        if (level == ciphertext.Level)
            return ciphertext.CopyAtLevel(level, target);
        var factor = Math.Round(target * Parameters.Moduli[level + 1] / ciphertext.Scale);
        var integer = Integer(nameof(LowerTo), factor, 1, level + 1);
        using var multiplied = MultiplyByGaussianInteger(ciphertext, level + 1, integer, ciphertext.Scale * factor);
        return DivideByLastPrime(multiplied, target);
    }

    private static void CheckRescalable(string operation, Ciphertext ciphertext)
    {
        if (ciphertext.Level == 0)
            throw new InvalidOperationException($"{operation}: no level is left ({Describe(ciphertext)})");
    }

    private void CheckNotRaised(string operation, Ciphertext ciphertext, int level)
    {
        Parameters.CheckLevel(level);
        if (level > ciphertext.Level)
            throw new InvalidOperationException($"{operation}: level {level} is above the ciphertext's ({Describe(ciphertext)})");
    }

    private Ciphertext DivideByLastPrime(Ciphertext ciphertext, double scale)
    {
        var last = ciphertext.Level;
        var count = ciphertext.PolynomialCount;
        var result = Ciphertext.Allocate(Parameters, ciphertext.KeyId, count, last - 1, scale);
        using var remainders = Ring.Rent(count);
        _workers.For(count, i =>
        {
            ciphertext[i].LimbSpan(last).CopyTo(remainders.LimbSpan(i));
            Ring.InverseNtt(remainders.Limb(i), last);
        });
        _workers.For(last, limb =>
        {
            var factor = Parameters.BaseConversions.PrimeInverse(last, limb);
            for (var i = 0; i < count; i++)
            {
                var quotient = result[i].Limb(limb);
                remainders.LimbSpan(i).CopyTo(result[i].LimbSpan(limb));
                Ring.ForwardNtt(quotient, limb);
                Kernels.SubtractMultiply(quotient, ciphertext[i].Limb(limb), quotient, factor, Ring.N, Ring.Moduli[limb]);
            }
        });
        return result;
    }
}

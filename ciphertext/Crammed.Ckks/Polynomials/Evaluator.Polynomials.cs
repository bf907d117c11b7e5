using System.Numerics;

namespace Crammed.Ckks;

/// <summary>
/// Polynomials of the slots. Scales are exact (Kim, Papadimitriou, Polyakov 2020; Bossuat and others 2021, section 4.2): basis
/// polynomials have the scale that their products leave; every node of the plan is asked for a level and a scale, and asks its
/// quotients for those that make its products agree. What is added to a product, or combined linearly, is multiplied by the integer
/// next to coefficient * (scale of the sum) / (its own scale), for which the rescale that follows pays.
/// </summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// The plan's polynomial of every slot; <see cref="PolynomialPlan.Depth"/> levels below the operand, at exactly the scale asked for,
    /// by default the canonical scale of that level. In the Chebyshev basis slots are to lie in [-1, 1]: outside, basis
    /// polynomials grow like (2x)^degree.
    /// </summary>
    /// <remarks>
    /// The operand's scale S may be any, but basis polynomials keep to the size of S only if S is near to the primes dropped, or
    /// canonical: T_2^k has scale S^(2^k) over its primes. Noise: <see cref="NoiseEstimator.Polynomial"/>.
    /// </remarks>
    /// <exception cref="InvalidOperationException">the operand has fewer levels than the plan's depth or is not relinearized, or there is
    /// no relinearization key for its level</exception>
    /// <exception cref="ArgumentException">the operand belongs to other parameters, the scale is not a positive number, or a coefficient
    /// times it is not finite</exception>
    /// <exception cref="ObjectDisposedException">the operand is disposed</exception>
    public Ciphertext EvaluatePolynomial(Ciphertext ciphertext, PolynomialPlan plan, double? scale = null)
    {
        CheckPolynomial(ciphertext, plan, scale);
        int level = ciphertext.Level - plan.Depth;
        var powers = new Dictionary<int, Ciphertext> { [1] = ciphertext };
        try
        {
            foreach (PowerStep step in plan.Powers)
                powers.Add(step.Index, NextPower(step, plan.Basis, powers));
            return EvaluateNode(plan.Root, powers, level, scale ?? Parameters.ScaleAt(level));
        }
        finally
        {
            foreach (PowerStep step in plan.Powers)
                powers.GetValueOrDefault(step.Index)?.Dispose();
        }
    }

    private void CheckPolynomial(Ciphertext ciphertext, PolynomialPlan plan, double? scale)
    {
        const string operation = nameof(EvaluatePolynomial);
        CheckPolynomials(operation, ciphertext, 2);
        ciphertext.ThrowIfDisposed();
        if (scale is double value && !(value > 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(nameof(scale), value, $"{operation}: a scale is a positive number");
        if (ciphertext.Level < plan.Depth)
        {
            throw new InvalidOperationException(
                $"{operation}: degree {plan.Degree} takes {plan.Depth} levels, the operand has {ciphertext.Level} "
                + $"({Describe(ciphertext)})");
        }
        if (plan.ProductCount == 0)
            return;
        SwitchingKey key = Keys.Relinearization
            ?? throw new InvalidOperationException($"{operation}: there is no relinearization key ({Describe(ciphertext)})");
        CheckKeyLevel(operation, key, ciphertext);
    }

    private Ciphertext NextPower(PowerStep step, PolynomialBasis basis, Dictionary<int, Ciphertext> powers)
    {
        Ciphertext left = powers[step.Left], right = powers[step.Right];
        using Ciphertext product = SumTensors([left], [right], left.Scale * right.Scale, differences: false);
        if (basis == PolynomialBasis.Chebyshev)
        {
            AddInPlace(product, product);
            if (step.Difference == 0)
                AddGaussianInteger(product, -Math.Round(product.Scale));
            else
                AddTerms(product, [(step.Difference, -Complex.One)], powers);
        }
        return RelinearizeAndRescale(product);
    }

    /// <summary>A node's value at the given level and scale.</summary>
    private Ciphertext EvaluateNode(PolynomialNode node, Dictionary<int, Ciphertext> powers, int level, double scale)
    {
        // Everything is summed one level above, at a scale larger by the prime that the rescale drops.
        double sumScale = scale * Parameters.Moduli[level + 1];
        using Ciphertext sum = node.Products.Count == 0
            ? Zero(level + 1, sumScale)
            : SumOfQuotients(node.Products, powers, level + 1, sumScale);
        AddTerms(sum, node.Terms, powers);
        AddGaussianInteger(sum, ToGaussianInteger(nameof(EvaluatePolynomial), node.Constant, sumScale));
        return node.Products.Count == 0 ? DivideByLastPrime(sum, scale) : RelinearizeAndRescale(sum, scale);
    }

    private Ciphertext SumOfQuotients(
        IReadOnlyList<PolynomialProduct> products, Dictionary<int, Ciphertext> powers, int level, double sumScale)
    {
        var quotients = new List<Ciphertext>(products.Count);
        try
        {
            foreach (PolynomialProduct product in products)
                quotients.Add(EvaluateNode(product.Quotient, powers, level, sumScale / powers[product.Giant].Scale));
            return SumTensors(quotients, [.. products.Select(product => powers[product.Giant])], sumScale, differences: false);
        }
        finally
        {
            foreach (Ciphertext quotient in quotients)
                quotient.Dispose();
        }
    }

    /// <summary>sum += Σ coefficient * power; powers may have higher levels and any scale.</summary>
    private void AddTerms(Ciphertext sum, IReadOnlyList<(int Index, Complex Coefficient)> terms, Dictionary<int, Ciphertext> powers)
    {
        Complex[] factors = [.. terms.Select(term =>
            ToGaussianInteger(nameof(EvaluatePolynomial), term.Coefficient, sum.Scale / powers[term.Index].Scale))];
        ForEachLimb(sum.Level, limb =>
        {
            for (int i = 0; i < factors.Length; i++)
            {
                Ciphertext power = powers[terms[i].Index];
                MultiplyGaussianLimb(sum[0].Limb(limb), power[0].Limb(limb), factors[i], limb, adds: true);
                MultiplyGaussianLimb(sum[1].Limb(limb), power[1].Limb(limb), factors[i], limb, adds: true);
            }
        });
    }

    private Ciphertext Zero(int level, double scale)
    {
        Ciphertext zero = Ciphertext.Allocate(Parameters, 2, level, scale);
        for (int limb = 0; limb <= level; limb++)
        {
            zero[0].LimbSpan(limb).Clear();
            zero[1].LimbSpan(limb).Clear();
        }
        return zero;
    }
}

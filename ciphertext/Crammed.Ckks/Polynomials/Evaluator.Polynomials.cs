using System.Numerics;
using Crammed.Approximation;

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
    /// times the scale of its sum passes half the modulus of the level</exception>
    /// <exception cref="ObjectDisposedException">the operand is disposed</exception>
    public Ciphertext EvaluatePolynomial(Ciphertext ciphertext, PolynomialPlan plan, double? scale = null) =>
        EvaluatePolynomialBatch([ciphertext], plan, scale)[0];

    /// <summary>
    /// As <see cref="EvaluatePolynomial"/>, for many ciphertexts of one level and scale: each limb of the relinearization key comes from memory
    /// once for all of them. Results are the same as those of the single operation; memory is that of all of them.
    /// </summary>
    public Ciphertext[] EvaluatePolynomialBatch(IReadOnlyList<Ciphertext> ciphertexts, PolynomialPlan plan, double? scale = null)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        if (ciphertexts.Count == 0)
            throw new ArgumentException($"{nameof(EvaluatePolynomialBatch)}: there is no ciphertext");
        foreach (var ciphertext in ciphertexts)
        {
            CheckPolynomial(ciphertext, plan, scale);
            CheckScales(nameof(EvaluatePolynomialBatch), ciphertexts[0].Level, ciphertexts[0].Scale, ciphertext.Level, ciphertext.Scale);
        }
        var level = CheckBatch(nameof(EvaluatePolynomialBatch), ciphertexts, polynomials: 2) - plan.Depth;
        var powers = new Dictionary<int, Ciphertext[]> { [1] = [.. ciphertexts] };
        try
        {
            foreach (var step in plan.Powers)
                powers.Add(step.Index, NextPower(step, plan.Basis, powers));
            return EvaluateNode(plan.Root, powers, level, scale ?? Parameters.ScaleAt(level));
        }
        finally
        {
            foreach (var step in plan.Powers)
                DisposeAll(powers.GetValueOrDefault(step.Index) ?? []);
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
        CheckRelinearizationKey(operation, ciphertext);
    }

    private Ciphertext[] NextPower(PowerStep step, PolynomialBasis basis, Dictionary<int, Ciphertext[]> powers)
    {
        Ciphertext[] left = powers[step.Left], right = powers[step.Right];
        using var products = CiphertextBatch.Of(left.Length, i =>
        {
            var product = SumTensors([left[i]], [right[i]], left[i].Scale * right[i].Scale, differences: false);
            if (basis != PolynomialBasis.Chebyshev)
                return product;
            AddInPlace(product, product);
            if (step.Difference == 0)
                AddGaussianInteger(product, Integer(nameof(EvaluatePolynomial), -1, product.Scale, product.Level));
            else
                AddTerms(product, [(step.Difference, -Complex.One)], powers, i);
            return product;
        });
        return RelinearizeAndRescaleAll(nameof(EvaluatePolynomial), products.Items);
    }

    /// <summary>A node's values at the given level and scale.</summary>
    private Ciphertext[] EvaluateNode(PolynomialNode node, Dictionary<int, Ciphertext[]> powers, int level, double scale)
    {
        // Everything is summed one level above, at a scale larger by the prime that the rescale drops.
        var sumScale = scale * Parameters.Moduli[level + 1];
        using var sums = SumsOfQuotients(node.Products, powers, level + 1, sumScale);
        for (var i = 0; i < sums.Items.Length; i++)
        {
            AddTerms(sums[i], node.Terms, powers, i);
            AddGaussianInteger(sums[i], Integer(nameof(EvaluatePolynomial), node.Constant, sumScale, level + 1));
        }
        return node.Products.Count == 0
            ? CiphertextBatch.Of(sums.Items.Length, i => DivideByLastPrime(sums[i], scale)).Items
            : RelinearizeAndRescaleAll(nameof(EvaluatePolynomial), sums.Items, scale);
    }

    /// <summary>For each ciphertext the products of quotients with giant powers, summed up; zero if there are none.</summary>
    private CiphertextBatch SumsOfQuotients(
        IReadOnlyList<PolynomialProduct> products, Dictionary<int, Ciphertext[]> powers, int level, double sumScale)
    {
        var count = powers[1].Length;
        if (products.Count == 0)
            return CiphertextBatch.Of(count, i => Zero(powers[1][i].KeyId, level, sumScale));
        var quotients = new List<Ciphertext[]>(products.Count);
        try
        {
            foreach (var product in products)
                quotients.Add(EvaluateNode(product.Quotient, powers, level, sumScale / powers[product.Giant][0].Scale));
            return CiphertextBatch.Of(count, i => SumTensors(
                [.. quotients.Select(quotient => quotient[i])], [.. products.Select(product => powers[product.Giant][i])], sumScale,
                differences: false));
        }
        finally
        {
            DisposeAll(quotients.SelectMany(quotient => quotient));
        }
    }

    /// <summary>sum += Σ coefficient * power; powers may have higher levels and any scale.</summary>
    private void AddTerms(
        Ciphertext sum, IReadOnlyList<(int Index, Complex Coefficient)> terms, Dictionary<int, Ciphertext[]> powers, int item)
    {
        GaussianInteger[] factors = [.. terms.Select(term =>
            Integer(nameof(EvaluatePolynomial), term.Coefficient, sum.Scale / powers[term.Index][item].Scale, sum.Level))];
        ForEachLimb(sum.Level, limb =>
        {
            for (var i = 0; i < factors.Length; i++)
            {
                var power = powers[terms[i].Index][item];
                MultiplyGaussianLimb(sum[0].Limb(limb), power[0].Limb(limb), factors[i], limb, adds: true);
                MultiplyGaussianLimb(sum[1].Limb(limb), power[1].Limb(limb), factors[i], limb, adds: true);
            }
        });
    }

    /// <summary>What a sum begins with.</summary>
    private Ciphertext Zero(KeyId keyId, int level, double scale)
    {
        var zero = Ciphertext.Allocate(Parameters, keyId, 2, level, scale);
        for (var limb = 0; limb <= level; limb++)
        {
            zero[0].LimbSpan(limb).Clear();
            zero[1].LimbSpan(limb).Clear();
        }
        return zero;
    }
}

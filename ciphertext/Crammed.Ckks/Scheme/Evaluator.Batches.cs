using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// One key switch over many ciphertexts of one level: each limb of the key, the larger part of what a key switch reads, comes from memory
/// once for all of them. Results are the same as those of the single operations. Memory: while it runs, two polynomials over all moduli
/// and P for each ciphertext.
/// </summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>Rotates every ciphertext by the same steps; see <see cref="Rotate"/>.</summary>
    public Ciphertext[] RotateBatch(IReadOnlyList<Ciphertext> ciphertexts, int steps)
    {
        var level = CheckBatch(nameof(RotateBatch), ciphertexts, polynomials: 2);
        if (steps % Parameters.SlotCount == 0)
            return [.. ciphertexts.Select(ciphertext => ciphertext.Clone())];
        using var key = RotationKey(nameof(RotateBatch), level, ciphertexts[0].Scale, steps);
        var sums = _switcher.SwitchMany([.. ciphertexts.Select(ciphertext => ciphertext[1])], level, key.Key);
        return [.. ciphertexts.Select((ciphertext, i) => FinishAutomorphism(ciphertext, sums[i], key.Element))];
    }

    /// <summary>Relinearizes every product; see <see cref="Relinearize"/>.</summary>
    public Ciphertext[] RelinearizeBatch(IReadOnlyList<Ciphertext> products) =>
        SwitchProducts(nameof(RelinearizeBatch), products, FinishRelinearization);

    /// <summary>Relinearizes and rescales every product; see <see cref="RelinearizeAndRescale(Ciphertext)"/>.</summary>
    public Ciphertext[] RelinearizeAndRescaleBatch(IReadOnlyList<Ciphertext> products) =>
        RelinearizeAndRescaleAll(nameof(RelinearizeAndRescaleBatch), products);

    /// <param name="operation">for messages</param>
    /// <param name="products">of one level</param>
    /// <param name="scale">the scale of the results where a quotient of doubles would miss it by a rounding, or null</param>
    private Ciphertext[] RelinearizeAndRescaleAll(string operation, IReadOnlyList<Ciphertext> products, double? scale = null)
    {
        foreach (var product in products)
            CheckRescalable(operation, product);
        return SwitchProducts(operation, products, (product, sums) => FinishRescale(product, sums, scale));
    }

    private Ciphertext[] SwitchProducts(
        string operation, IReadOnlyList<Ciphertext> products, Func<Ciphertext, RnsPolynomial[], Ciphertext> finish)
    {
        var level = CheckBatch(operation, products, polynomials: 3);
        using var key = RelinearizationKey(operation, products[0]);
        var sums = _switcher.SwitchMany([.. products.Select(product => product[2])], level, key.Key);
        return [.. products.Select((product, i) => finish(product, sums[i]))];
    }

    private int CheckBatch(string operation, IReadOnlyList<Ciphertext> ciphertexts, int polynomials)
    {
        if (ciphertexts.Count == 0)
            throw new ArgumentException($"{operation}: there is no ciphertext");
        foreach (var ciphertext in ciphertexts)
        {
            CheckPolynomials(operation, ciphertext, polynomials);
            if (ciphertext.Level != ciphertexts[0].Level)
            {
                throw new InvalidOperationException(
                    $"{operation}: the ciphertexts' levels differ, {Describe(ciphertexts[0])} and {Describe(ciphertext)}; "
                    + "lower them to one level or make a batch of each");
            }
        }
        return ciphertexts[0].Level;
    }
}

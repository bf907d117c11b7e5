using System.Numerics;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>
/// Radix-2 stages of the embedding of n slots, merged into one linear map of few diagonals (level collapsing; Chen, Chillotti, Song 2019).
/// </summary>
/// <remarks>
/// With ζ = exp(iπ/(2n)) and complex coefficients w, the slots are z_j = Σ_k w_k ζ^(k 5^j): z = S R w, where R reverses the bits of
/// an index and S = S_(n/2) ... S_2 S_1. Stage S_h takes (u_j, v_j), j &lt; h, the halves of each block of 2h values, to
/// (u_j + ω_j v_j, u_j - ω_j v_j), ω_j = exp(2πi 5^j / (8h)). SlotsToCoeffs is S, CoeffsToSlots its inverse; R is left out of both. Stages
/// are sqrt(2) times unitary maps, and their inverses unitary maps over sqrt(2).
/// </remarks>
/// <param name="Direction">whether the stages or their inverses are meant</param>
/// <param name="Slots">n, a power of two</param>
/// <param name="SmallestHalf">h of the stage with the smallest blocks</param>
/// <param name="StageCount">m: the stages are those of h, 2h, ..., 2^(m-1) h, the last of them at most n/2</param>
internal sealed record EmbeddingFactor(EmbeddingDirection Direction, int Slots, int SmallestHalf, int StageCount)
{
    /// <summary>
    /// Indices of the nonzero diagonals, ascending: the multiples of h up to (2^m - 1) h on both sides of the main diagonal, modulo n. They
    /// are 2^(m+1) - 1, but 2^m if the largest block is the whole vector.
    /// </summary>
    public IReadOnlyList<int> Indices
    {
        get
        {
            var reach = (1 << StageCount) - 1;
            var multiples = Enumerable.Range(-reach, 2 * reach + 1);
            return [.. multiples.Select(k => GeneralizedDiagonals.Modulo(k * SmallestHalf, Slots)).Distinct().Order()];
        }
    }

    /// <summary>
    /// The map times a constant. An entry is a product of m roots and the constant, with a relative error of at most 5 (m + 1) 2^-53.
    /// </summary>
    public GeneralizedDiagonals Diagonals(double constant)
    {
        var halves = Enumerable.Range(0, StageCount).Select(stage => SmallestHalf << stage);
        if (Direction == EmbeddingDirection.CoeffsToSlots)
            halves = halves.Reverse();
        var product = new GeneralizedDiagonals(Slots, [new(0, [.. Enumerable.Repeat(new Complex(constant, 0), Slots)])]);
        foreach (var half in halves)
            product = Stage(half).After(product);
        return product;
    }

    /// <summary>S_half or its inverse (u, v) -> ((u + v) / 2, (u - v) / (2 ω)).</summary>
    private GeneralizedDiagonals Stage(int half)
    {
        var roots = Roots(half);
        Complex[] main = new Complex[Slots], right = new Complex[Slots];
        // Diagonals half and n - half are the same one in the last stage.
        var left = 2 * half == Slots ? right : new Complex[Slots];
        for (var row = 0; row < Slots; row++)
        {
            var root = roots[row % half];
            var isFirstHalf = row % (2 * half) < half;
            (main[row], (isFirstHalf ? right : left)[row]) = (Direction, isFirstHalf) switch
            {
                (EmbeddingDirection.SlotsToCoeffs, true) => (Complex.One, root),
                (EmbeddingDirection.SlotsToCoeffs, false) => (-root, Complex.One),
                (_, true) => (0.5, 0.5),
                (_, false) => (-Complex.Conjugate(root) / 2, Complex.Conjugate(root) / 2),
            };
        }
        Dictionary<int, Complex[]> diagonals = new() { [0] = main, [half] = right };
        diagonals.TryAdd(Slots - half, left);
        return new GeneralizedDiagonals(Slots, diagonals);
    }

    /// <summary>ω_j for j &lt; half.</summary>
    private static Complex[] Roots(int half)
    {
        var order = 8 * half;
        var roots = new Complex[half];
        long exponent = 1;
        for (var j = 0; j < half; j++, exponent = exponent * 5 % order)
        {
            (var cosine, var sine) = EmbeddingRoots.UnitRoot(exponent, order);
            roots[j] = new Complex(cosine, sine);
        }
        return roots;
    }
}

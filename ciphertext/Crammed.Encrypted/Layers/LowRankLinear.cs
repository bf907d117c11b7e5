using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;

namespace Crammed.Encrypted.Layers;

/// <summary>
/// y = scale * (x W + f * (x A) B): a frozen matrix with a low-rank adapter (Hu et al. 2022), whose encrypted A and B are trained.
/// f carries alpha / rank and, on the rank-r side, the dropout mask.
/// </summary>
/// <param name="Weights">W transposed, [out, in], public.</param>
/// <param name="Scale">Factor on the whole output, folded into W and f (the attention kernel's, for queries and keys).</param>
public sealed record LowRankLinear(double[,] Weights, double Scale)
{
    private readonly double[,] _scaled = Scaled(Weights, Scale);

    /// <summary>Three levels along the adapter, one along W.</summary>
    /// <param name="x">[in] across vectors.</param>
    /// <param name="a">A, [in, rank], repeated over the slots.</param>
    /// <param name="b">B, [rank, out], repeated over the slots.</param>
    /// <param name="factors">scale * f, one vector of slots a rank.</param>
    public EncryptedTensor Forward(EncryptedTensor x, EncryptedTensor a, EncryptedTensor b, IReadOnlyList<PlainSlots> factors)
    {
        var low = Functional.MultiplyPlain(Functional.Linear(x, a), factors);
        return Functional.Add(Functional.FrozenLinear(x, _scaled), Functional.Linear(low, b));
    }

    private static double[,] Scaled(double[,] weights, double scale)
    {
        var result = (double[,])weights.Clone();
        for (var i = 0; i < result.GetLength(0); i++)
        {
            for (var j = 0; j < result.GetLength(1); j++)
                result[i, j] *= scale;
        }
        return result;
    }
}

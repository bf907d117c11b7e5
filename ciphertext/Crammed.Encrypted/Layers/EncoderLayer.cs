using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;

namespace Crammed.Encrypted.Layers;

/// <summary>
/// The public factors on the rank-r side of one layer's three adapters: alpha / rank, dropout, and the scale of queries and keys.
/// One vector of slots a rank.
/// </summary>
public sealed record AdapterFactors(IReadOnlyList<PlainSlots> Query, IReadOnlyList<PlainSlots> Key, IReadOnlyList<PlainSlots> Value)
    : IDisposable
{
    public void Dispose()
    {
        foreach (var plain in Query.Concat(Key).Concat(Value))
            plain.Dispose();
    }
}

/// <summary>A frozen layer norm: gamma and beta, one value a feature, and its inverse square root (see <see cref="Functional.LayerNorm"/>).</summary>
public sealed record NormWeights(double[] Gamma, double[] Beta, FittedFunction InverseDeviation)
{
    /// <summary>Three levels.</summary>
    public EncryptedTensor Forward(EncryptedTensor x) => Functional.LayerNorm(x, Gamma, Beta, InverseDeviation);
}

/// <summary>
/// A pre-norm encoder layer of <c>crammed-bert-he</c>: polynomial-kernel attention with adapters on query, key and value,
/// and a bilinearly gated feed-forward part. Frozen weights are public, [out, in].
/// </summary>
public sealed record EncoderLayer
{
    /// <summary>Name of its profile scope, such as <c>layer0</c>.</summary>
    public required string Name { get; init; }

    public required int Heads { get; init; }

    /// <summary>k of the kernel (1 + x / 2^k)^(2^k).</summary>
    public required int KernelPower { get; init; }

    public required NormWeights AttentionNorm { get; init; }

    /// <summary>With <see cref="KernelScale"/> folded in.</summary>
    public required LowRankLinear Query { get; init; }

    /// <summary>With <see cref="KernelScale"/> folded in.</summary>
    public required LowRankLinear Key { get; init; }

    public required LowRankLinear Value { get; init; }

    public required double[,] AttentionOutput { get; init; }

    public required NormWeights FeedForwardNorm { get; init; }

    /// <summary>The half that is gated, [feed-forward / 2, hidden].</summary>
    public required double[,] Expand { get; init; }

    /// <summary>The half that gates.</summary>
    public required double[,] Gate { get; init; }

    public required double[,] Contract { get; init; }

    /// <summary>Factor on q and k that makes ||q - k||^2 the kernel's -x / 2^k: the square root of 1 / (2 sqrt(head width) 2^k).</summary>
    public static double KernelScale(int headWidth, int kernelPower) => Math.Sqrt(1 / (2 * Math.Sqrt(headWidth) * Math.Pow(2, kernelPower)));

    /// <summary>
    /// x and the output: hidden features across vectors, tokens and examples in the slots.
    /// </summary>
    /// <param name="x">Residual stream.</param>
    /// <param name="mask">1 at real tokens, 0 at padding; encrypted, one vector. It masks the values, which equals masking the scores.</param>
    /// <param name="adapters">This layer's six adapter matrices: A and B of query, key, value.</param>
    /// <param name="factors">Public factors of the adapters.</param>
    public EncryptedTensor Forward(EncryptedTensor x, EncryptedTensor mask, IReadOnlyList<EncryptedTensor> adapters, AdapterFactors factors)
    {
        var context = x.Context;
        var normalized = Part("attention_norm", () => AttentionNorm.Forward(x));
        var query = Part("projections", () => Query.Forward(normalized, adapters[0], adapters[1], factors.Query));
        var key = Part("projections", () => Key.Forward(normalized, adapters[2], adapters[3], factors.Key));
        var value = Part("projections", () => Functional.Mask(Value.Forward(normalized, adapters[4], adapters[5], factors.Value), mask));
        var scores = Part("scores", () => Functional.KernelScores(query, key, Heads, KernelPower));
        var attended = Part("weighted_values", () =>
            Functional.Add(x, Functional.FrozenLinear(Functional.WeightedValues(scores, value), AttentionOutput)));
        var second = Part("feed_forward_norm", () => FeedForwardNorm.Forward(attended));
        return Part("feed_forward", () =>
        {
            var gated = Functional.Multiply(Functional.FrozenLinear(second, Expand), Functional.FrozenLinear(second, Gate));
            return Functional.Add(attended, Functional.FrozenLinear(gated, Contract));
        });

        EncryptedTensor Part(string name, Func<EncryptedTensor> forward) => context.InScope($"{Name}.{name}", forward);
    }
}

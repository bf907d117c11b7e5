using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

public static partial class Functional
{
    /// <summary>
    /// Layer norm over the features across vectors: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with public gamma and beta.
    /// Three levels along x, whatever the depth of the inverse square root: that runs on one vector, which is refreshed to x's level.
    /// </summary>
    /// <param name="x">Features across vectors.</param>
    /// <param name="gamma">One factor a feature.</param>
    /// <param name="beta">One offset a feature.</param>
    /// <param name="inverseDeviation">sqrt(d / (u + d epsilon)) as a function of u = d * variance, d the number of features.</param>
    public static EncryptedTensor LayerNorm(EncryptedTensor x, double[] gamma, double[] beta, FittedFunction inverseDeviation)
    {
        var context = x.Context;
        var backend = context.Backend;
        CheckWidth(x, gamma.Length, nameof(LayerNorm));
        context.Require(x, 3);
        using var centred = Centre(x);
        using var squares = backend.SumOfProducts(centred, centred);
        var inverse = context.Tensor("inverse deviation", x.Layout.WithAcross(), [context.Evaluate(inverseDeviation, squares)]);
        context.Require(inverse, centred[0].Level);
        using var factor = context.Lower(inverse.Vectors, centred[0].Level);
        var normalized = context.Tensor("normalized", x.Layout, context.Map(x.Count, i => backend.Multiply(centred[i], factor[0])));
        var scaled = context.Map(x.Count, i =>
        {
            using var product = backend.MultiplyScalar(normalized[i], gamma[i]);
            return backend.AddConstant(product, beta[i]);
        });
        return context.Record("layer norm", x.Layout, scaled, [x],
            gradient => x.AccumulateGradient(NormGradient(gradient, normalized, inverse, gamma)), normalized, inverse);
    }

    private static VectorSet Centre(EncryptedTensor x)
    {
        var context = x.Context;
        using var inputs = context.Align(3, x)[0];
        var average = new double[1, x.Count];
        for (var i = 0; i < x.Count; i++)
            average[0, i] = 1.0 / x.Count;
        using var mean = context.Backend.LinearCombinations(inputs, average, bias: null)[0];
        return new VectorSet(context.Map(x.Count, i => context.Backend.Subtract(inputs[i], mean)));
    }

    /// <summary>
    /// dx = s (g - mean(g) - n mean(g n)), with n the normalized values, s the inverse deviation and g = gamma * dy.
    /// With h = g / d both means are plain sums: dx = s (d h - sum(h) - n sum(h n)).
    /// </summary>
    private static SlotVector[] NormGradient(EncryptedTensor gradient, EncryptedTensor normalized, EncryptedTensor inverse, double[] gamma)
    {
        var context = gradient.Context;
        var backend = context.Backend;
        var features = gamma.Length;
        context.Require(gradient, 4);
        using var h = context.Tensor("scaled gradient", gradient.Layout,
            context.Map(features, i => backend.MultiplyScalar(gradient[i], gamma[i] / features)));
        using var projection = context.Tensor("projection", gradient.Layout.WithAcross(), [InnerProduct(h, normalized)]);
        using var sum = SumAll(h);
        using var along = context.Tensor("along normalized", gradient.Layout, Masked(normalized, projection));
        using var inner = context.Tensor("norm gradient", gradient.Layout, context.Map(features, i =>
        {
            using var scaled = backend.MultiplyInteger(h[i], features);
            using var centred = backend.Subtract(scaled, sum);
            return backend.Subtract(centred, along[i]);
        }));
        return Masked(inner, inverse);
    }

    private static SlotVector InnerProduct(EncryptedTensor x, EncryptedTensor y)
    {
        var aligned = x.Context.Align(1, x, y);
        using var left = aligned[0];
        using var right = aligned[1];
        return x.Context.Backend.SumOfProducts(left, right);
    }

    private static SlotVector SumAll(EncryptedTensor x) => SumAll(x.Context, x.Vectors);

    internal static SlotVector SumAll(EncryptedContext context, IReadOnlyList<SlotVector> vectors)
    {
        var sum = vectors[0].Share();
        for (var i = 1; i < vectors.Count; i++)
        {
            using var previous = sum;
            sum = context.Backend.Add(previous, vectors[i]);
        }
        return sum;
    }
}

using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

public static partial class Functional
{
    private const int PackingLevels = 3;

    /// <summary>
    /// y[o] = bias[o] + sum over i of weights[o, i] * x[i], with public weights; in: features across vectors; one level.
    /// </summary>
    public static EncryptedTensor FrozenLinear(EncryptedTensor x, double[,] weights, double[]? bias = null)
    {
        var context = x.Context;
        CheckWidth(x, weights.GetLength(1), nameof(FrozenLinear));
        using var inputs = context.Align(1, x)[0];
        var outputs = context.Backend.LinearCombinations(inputs, weights, bias);
        var layout = x.Layout.WithAcross(new Axis(SlotLayout.Feature, weights.GetLength(0)));
        return context.Record("linear", layout, outputs, [x], gradient =>
        {
            using var outer = context.Align(1, gradient)[0];
            x.AccumulateGradient(context.Backend.LinearCombinations(outer, Transpose(weights), bias: null));
        });
    }

    /// <summary>
    /// y[o] = bias[o] + sum over i of weight[i, o] * x[i], with encrypted weights repeated over the slots
    /// (layout: across in x out); one level.
    /// </summary>
    /// <remarks>The weights' gradient is that of each slot's copy; what repeated them over the slots sums it.</remarks>
    public static EncryptedTensor Linear(EncryptedTensor x, EncryptedTensor weight, EncryptedTensor? bias = null)
    {
        var context = x.Context;
        int inputs = weight.Layout.Across[0].Size, outputs = weight.Layout.Across[1].Size;
        CheckWidth(x, inputs, nameof(Linear));
        var layout = x.Layout.WithAcross(new Axis(SlotLayout.Feature, outputs));
        var aligned = context.Align(1, x, weight);
        using var rows = aligned[0];
        using var matrix = aligned[1];
        var result = context.Map(outputs, o =>
        {
            var column = Enumerable.Range(0, inputs).Select(i => matrix[i * outputs + o]).ToArray();
            var product = context.Backend.SumOfProducts(rows, column);
            if (bias is null)
                return product;
            using (product)
                return context.Backend.Add(product, bias[o]);
        });
        EncryptedTensor[] operands = bias is null ? [x, weight] : [x, weight, bias];
        return context.Record("linear", layout, result, operands, gradient =>
        {
            if (x.RequiresGradient)
                x.AccumulateGradient(InputGradient(gradient, weight, inputs, outputs));
            if (weight.RequiresGradient)
                weight.AccumulateGradient(WeightGradient(x, gradient, outputs));
            if (bias is not null)
                Pass(gradient, bias);
        });
    }

    private static SlotVector[] InputGradient(EncryptedTensor gradient, EncryptedTensor weight, int inputs, int outputs)
    {
        var context = gradient.Context;
        var aligned = context.Align(1, gradient, weight);
        using var outer = aligned[0];
        using var matrix = aligned[1];
        return context.Map(inputs, i => context.Backend.SumOfProducts(outer, matrix.Segment(i * outputs, outputs)));
    }

    private static SlotVector[] WeightGradient(EncryptedTensor x, EncryptedTensor gradient, int outputs)
    {
        var context = gradient.Context;
        // Packing the products costs a level a halving of their number: the more levels they bring, the fewer of them are refreshed.
        var aligned = context.Align(PackingLevels + 1, x, gradient);
        using var rows = aligned[0];
        using var outer = aligned[1];
        return context.Map(x.Count * outputs, k => context.Backend.Multiply(rows[k / outputs], outer[k % outputs]));
    }

    private static void CheckWidth(EncryptedTensor x, int expected, string operation)
    {
        if (x.Count != expected)
            throw new ArgumentException($"{operation}: the weights take {expected} features, {x} has {x.Count}.");
    }

    private static double[,] Transpose(double[,] matrix)
    {
        var transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            for (var j = 0; j < matrix.GetLength(1); j++)
                transposed[j, i] = matrix[i, j];
        }
        return transposed;
    }
}

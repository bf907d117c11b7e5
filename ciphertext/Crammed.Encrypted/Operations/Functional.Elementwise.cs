using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

/// <summary>
/// Differentiable operations on encrypted tensors. Each states the levels it consumes; operands with fewer are refreshed first.
/// </summary>
public static partial class Functional
{
    /// <summary>x + y, same layout; no level.</summary>
    public static EncryptedTensor Add(EncryptedTensor x, EncryptedTensor y)
    {
        var context = x.Context;
        var sum = context.Map(x.Count, i => context.Backend.Add(x[i], y[i]));
        return context.Record("sum", x.Layout, sum, [x, y], gradient =>
        {
            Pass(gradient, x);
            Pass(gradient, y);
        });
    }

    /// <summary>x * y, same layout; one level.</summary>
    public static EncryptedTensor Multiply(EncryptedTensor x, EncryptedTensor y)
    {
        var context = x.Context;
        return context.Record("product", x.Layout, Product(x, y), [x, y], gradient =>
        {
            if (x.RequiresGradient)
                x.AccumulateGradient(Product(gradient, y));
            if (y.RequiresGradient)
                y.AccumulateGradient(Product(gradient, x));
        });
    }

    /// <summary>
    /// Multiplies every vector of x by the one vector of <paramref name="factor"/>, which needs no gradient (an encrypted mask); one level.
    /// </summary>
    public static EncryptedTensor Mask(EncryptedTensor x, EncryptedTensor factor)
    {
        var context = x.Context;
        return context.Record("masked", x.Layout, Masked(x, factor), [x], gradient => x.AccumulateGradient(Masked(gradient, factor)));
    }

    /// <summary>Multiplies vector i of x by the public <paramref name="plain"/>[i] (dropout with its scale, a position mask); one level.</summary>
    public static EncryptedTensor MultiplyPlain(EncryptedTensor x, IReadOnlyList<PlainSlots> plain)
    {
        var context = x.Context;
        return context.Record("plain product", x.Layout, PlainProduct(x, plain), [x],
            gradient => x.AccumulateGradient(PlainProduct(gradient, plain)));
    }

    private static void Pass(EncryptedTensor gradient, EncryptedTensor input)
    {
        if (input.RequiresGradient)
            input.AccumulateGradient([.. gradient.Vectors.Select(vector => vector.Share())]);
    }

    internal static SlotVector[] Product(EncryptedTensor x, EncryptedTensor y)
    {
        var context = x.Context;
        var aligned = context.Align(1, x, y);
        using var left = aligned[0];
        using var right = aligned[1];
        return context.Map(left.Count, i => context.Backend.Multiply(left[i], right[i]));
    }

    private static SlotVector[] Masked(EncryptedTensor x, EncryptedTensor factor)
    {
        var context = x.Context;
        var aligned = context.Align(1, x, factor);
        using var left = aligned[0];
        using var right = aligned[1];
        return context.Map(left.Count, i => context.Backend.Multiply(left[i], right[0]));
    }

    private static SlotVector[] PlainProduct(EncryptedTensor x, IReadOnlyList<PlainSlots> plain)
    {
        var context = x.Context;
        context.Require(x, 1);
        return context.Map(x.Count, i => context.Backend.MultiplyPlain(x[i], plain[i]));
    }
}

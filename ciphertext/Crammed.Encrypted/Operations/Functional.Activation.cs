using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;

namespace Crammed.Encrypted.Operations;

public static partial class Functional
{
    /// <summary>
    /// y = function(x) by its approximation; levels: the approximation's depth. Backward: dx = slope dy, the slope from y by the function's
    /// own factors.
    /// </summary>
    public static EncryptedTensor Apply(EncryptedTensor x, FittedFunction function)
    {
        var context = x.Context;
        context.Require(x, function.Approximation.Depth);
        EncryptedTensor? output = null;
        output = context.Record(function.Name, x.Layout, context.Backend.Evaluate(x.Vectors, function), [x], gradient =>
        {
            using var slope = context.Tensor("slope", x.Layout, Slope(output!, function.DerivativeFactors));
            x.AccumulateGradient(Product(gradient, slope));
        });
        return output;
    }

    /// <summary>
    /// The gradient of the mean logistic loss of two classes with respect to their logits, in the slots of the first token:
    /// r = weight * (sigmoid(z1 - z0) - label); the gradient is (-r, r). The loss itself is left to who can decrypt the logits.
    /// </summary>
    /// <param name="logits">Two vectors.</param>
    /// <param name="labels">0 or 1 in the slots of the first token.</param>
    /// <param name="sigmoid">Sigmoid of the logit difference.</param>
    /// <param name="weight">Public weight of each slot: gradient scale / examples at first tokens, 0 elsewhere.</param>
    public static EncryptedTensor LogisticLossGradient(
        EncryptedTensor logits, EncryptedTensor labels, FittedFunction sigmoid, PlainSlots weight)
    {
        var context = logits.Context;
        var backend = context.Backend;
        using var difference = backend.Subtract(logits[1], logits[0]);
        using var probability = context.Evaluate(sigmoid, difference);
        using var error = context.Tensor("error", labels.Layout, [backend.Subtract(probability, labels[0])]);
        context.Require(error, 1);
        var residual = backend.MultiplyPlain(error[0], weight);
        return context.Tensor("logit gradient", logits.Layout, [backend.Negate(residual), residual]);
    }

    /// <summary>The product of the factors, one after another: a level each, but for the first where it needs no scaling.</summary>
    private static SlotVector[] Slope(EncryptedTensor y, IReadOnlyList<AffineFactor> factors)
    {
        var context = y.Context;
        context.Require(y, factors.Count - (Math.Abs(factors[0].Slope) == 1 ? 1 : 0));
        return context.Map(y.Count, i =>
        {
            var slope = Factor(context.Backend, factors[0], y[i]);
            foreach (var factor in factors.Skip(1))
            {
                using var previous = slope;
                using var next = Factor(context.Backend, factor, y[i]);
                slope = context.Backend.MultiplyAligned(previous, next);
            }
            return slope;
        });
    }

    private static SlotVector Factor(ISlotBackend backend, AffineFactor factor, SlotVector y)
    {
        using var scaled = factor.Slope switch
        {
            1 => y.Share(),
            -1 => backend.Negate(y),
            _ => backend.MultiplyScalar(y, factor.Slope),
        };
        return factor.Constant == 0 ? scaled.Share() : backend.AddConstant(scaled, factor.Constant);
    }
}

using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Operations;

public static partial class Functional
{
    /// <summary>y = tanh(x) by its approximation; levels: the approximation's depth. Backward: dx = (1 - y^2) dy.</summary>
    public static EncryptedTensor Tanh(EncryptedTensor x, SlotFunction tanh)
    {
        var context = x.Context;
        context.Require(x, tanh.Approximation.Depth);
        var values = context.Map(x.Count, i => tanh.Evaluate(context, x[i]));
        EncryptedTensor? output = null;
        output = context.Record("tanh", x.Layout, values, [x], gradient =>
        {
            using var slope = context.Tensor("tanh slope", x.Layout, Slope(output!));
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
        EncryptedTensor logits, EncryptedTensor labels, SlotFunction sigmoid, PlainSlots weight)
    {
        var context = logits.Context;
        var backend = context.Backend;
        using var difference = backend.Subtract(logits[1], logits[0]);
        using var probability = sigmoid.Evaluate(context, difference);
        using var error = context.Tensor("error", labels.Layout, [backend.Subtract(probability, labels[0])]);
        context.Require(error, 1);
        var residual = backend.MultiplyPlain(error[0], weight);
        return context.Tensor("logit gradient", logits.Layout, [backend.Negate(residual), residual]);
    }

    private static SlotVector[] Slope(EncryptedTensor y)
    {
        var context = y.Context;
        context.Require(y, 1);
        return context.Map(y.Count, i =>
        {
            using var square = context.Backend.Multiply(y[i], y[i]);
            using var negated = context.Backend.Negate(square);
            return context.Backend.AddConstant(negated, 1);
        });
    }
}

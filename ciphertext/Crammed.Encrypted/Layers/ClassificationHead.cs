using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;

namespace Crammed.Encrypted.Layers;

/// <summary>
/// First token -> projection -> dense -> tanh -> classifier, all with encrypted, trained weights and biases.
/// </summary>
/// <param name="Tanh">The head's tanh.</param>
/// <param name="FirstToken">1 in the slots of first tokens, 0 elsewhere: all other positions are set to zero before the head.</param>
public sealed record ClassificationHead(FittedFunction Tanh, PlainSlots FirstToken)
{
    /// <summary>Logits, one vector a class, valid in the slots of first tokens.</summary>
    /// <param name="x">Final norm's output, hidden features across vectors.</param>
    /// <param name="parameters">Weight and bias of projection, dense and classifier, in this order.</param>
    public EncryptedTensor Forward(EncryptedTensor x, IReadOnlyList<EncryptedTensor> parameters) => x.Context.InScope("head", () =>
    {
        var pooled = Functional.MultiplyPlain(x, [.. Enumerable.Repeat(FirstToken, x.Count)]);
        var projected = Functional.Linear(pooled, parameters[0], parameters[1]);
        var dense = Functional.Linear(projected, parameters[2], parameters[3]);
        return Functional.Linear(Functional.Apply(dense, Tanh), parameters[4], parameters[5]);
    });
}

using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Operations;

/// <summary>
/// A function of one variable, slot by slot: the true function, and the approximation that ciphertexts can evaluate.
/// </summary>
/// <param name="Name">Layer and tensor it is applied to, as in <c>layer0.attention_norm.variance</c>; error messages start with it.</param>
/// <param name="Exact">The true function.</param>
/// <param name="Approximation">Its stand-in on the calibrated domain.</param>
public sealed record SlotFunction(string Name, Func<double, double> Exact, IApproximation Approximation)
{
    /// <summary>A chosen approximation on slots.</summary>
    public static SlotFunction Of(FittedFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new SlotFunction(function.Name, function.Exact, function.Approximation);
    }

    /// <summary>f(x); refreshes x when it has fewer levels than the approximation's depth.</summary>
    /// <exception cref="RangeViolationException">On clear slots: a value outside the approximation's domain.</exception>
    internal SlotVector Evaluate(EncryptedContext context, SlotVector x)
    {
        using var input = context.Require(x, Approximation.Depth);
        if (context.Underlying is ClearBackend clear)
        {
            if (context.ChecksDomains)
                CheckDomain(input);
            if (context.ExactFunctions)
                return clear.Apply(input, Exact, Approximation.Depth);
        }
        return Approximation.Evaluate(input, new SlotArithmetic(context.Backend));
    }

    private void CheckDomain(SlotVector input)
    {
        var values = ClearBackend.Read(input);
        for (int slot = 0; slot < values.Length; slot++)
        {
            if (!Approximation.Domain.Contains(values[slot]))
            {
                throw new RangeViolationException(
                    $"{Name}: value {values[slot]:G9} in slot {slot} is outside the calibrated domain {Approximation.Domain}; "
                    + "calibrate on text closer to this data or widen the margin.");
            }
        }
    }
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crammed.Bert;

/// <summary>How a forward pass imitates ciphertexts.</summary>
public sealed record TwinSettings
{
    /// <summary>
    /// Results of products get Gaussian noise of standard deviation 2^-bits (see the engine's noise estimates for what a ring
    /// leaves); null: none.
    /// </summary>
    [Description("noise of standard deviation 2^-bits on results of products; null: none"), Range(1.0, 60.0)]
    public double? NoiseBits { get; init; }

    /// <summary>Fixes the noise.</summary>
    [Description("seed of the noise"), Range(0.0, double.MaxValue)]
    public long NoiseSeed { get; init; }

    /// <summary>What to do where a value leaves a polynomial's domain.</summary>
    [Description("what to do where a value leaves a polynomial's domain")]
    public OutOfRange OutOfRange { get; init; } = OutOfRange.Error;
}

/// <summary>What to do where a value leaves the domain that a polynomial was fitted on.</summary>
public enum OutOfRange
{
    /// <summary>Stop with a <see cref="DomainViolationException"/>.</summary>
    Error,

    /// <summary>
    /// Count it, and evaluate the polynomial all the same. Ciphertexts would do so too, as long as the result stays within what one can
    /// hold.
    /// </summary>
    Report,
}

namespace Crammed.Bert;

/// <summary>How a forward pass imitates ciphertexts.</summary>
public sealed record TwinSettings
{
    /// <summary>
    /// Results of products get Gaussian noise of standard deviation 2^-bits, 1 to 60 (see the engine's noise estimates for what a ring
    /// leaves); null: none.
    /// </summary>
    public double? NoiseBits { get; init; }

    /// <summary>Fixes the noise.</summary>
    public long NoiseSeed { get; init; }

    /// <summary>What to do where a value leaves a polynomial's domain.</summary>
    public OutOfRange OutOfRange { get; init; } = OutOfRange.Error;

    /// <exception cref="ArgumentException">A value out of its range.</exception>
    internal void Validate()
    {
        if (NoiseBits is { } bits)
            Requirement.Check(bits is >= 1 and <= 60, bits, "1 to 60", nameof(NoiseBits));
        Requirement.Check(NoiseSeed >= 0, NoiseSeed, "0 or more");
        Requirement.Check(Enum.IsDefined(OutOfRange), OutOfRange, "error or report");
    }
}

using System.Numerics;

namespace Crammed.Ckks;

/// <summary>A ciphertext that the evaluation of a polynomial makes: its value in one slot, and the noise that making it adds.</summary>
/// <param name="value">the slot's value</param>
/// <param name="scale">the ciphertext's scale</param>
/// <param name="level">the ciphertext's level</param>
internal sealed class TracedValue(Complex value, double scale, int level)
{
    public Complex Value { get; } = value;

    public double Scale { get; } = scale;

    public int Level { get; } = level;

    /// <summary>Standard deviation, in each part of a slot, of what its own rescale and relinearization add.</summary>
    public double Noise { get; init; }

    /// <summary>The largest modulus of what integers in place of coefficients change in it.</summary>
    public double CoefficientRounding { get; init; }

    /// <summary>The derivative of the polynomial's value with respect to this one.</summary>
    public Complex Sensitivity { get; set; }
}

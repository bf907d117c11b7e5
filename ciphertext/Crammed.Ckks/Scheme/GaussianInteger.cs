using System.Numerics;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>
/// A constant as ciphertexts and plaintexts take it: a + bi with integers a and b. The monomial X^(N/2) has the value i in every slot, and
/// transformed it is ι = ψ^(N/2) in the first half of the values and -ι in the second: so a + bi is a constant in each half.
/// </summary>
internal readonly record struct GaussianInteger(RoundedProduct Real, RoundedProduct Imaginary)
{
    /// <summary>The larger of both parts, in size; not a number, or infinite, if the constant was.</summary>
    public double Magnitude => Math.Max(Real.Magnitude, Imaginary.Magnitude);

    /// <summary>The integers nearest to both parts times the scale, ties to even, without intermediate rounding.</summary>
    public static GaussianInteger Of(Complex value, double scale) =>
        new(RoundedProduct.Of(value.Real, scale), RoundedProduct.Of(value.Imaginary, scale));

    /// <summary>a + bι and a - bι modulo a prime, centred.</summary>
    public (double First, double Second) Residues(NttTables tables)
    {
        var modulus = tables.Modulus;
        var real = Real.Modulo(modulus);
        var imaginary = modulus.Multiply(Imaginary.Modulo(modulus), modulus.Canonical(tables.Iota));
        return (Sum(real, imaginary), Sum(real, modulus.Negate(imaginary)));

        double Sum(ulong left, ulong right) => modulus.Centre((left + right) % modulus.Value);
    }
}

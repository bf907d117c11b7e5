using System.Numerics;

namespace Crammed.Ckks;

/// <summary>
/// Constants, real or complex: none of them needs a transform, and complex ones cost no more than real ones (<see cref="GaussianInteger"/>).
/// </summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>ciphertext + constant in every slot, each part exact to 1/(2 scale).</summary>
    /// <exception cref="ArgumentException">a part of the constant times the scale passes half the modulus of the level, or is not a number</exception>
    public Ciphertext AddConstant(Ciphertext ciphertext, Complex constant)
    {
        CheckOwner(nameof(AddConstant), ciphertext);
        var integer = Integer(nameof(AddConstant), constant, ciphertext.Scale, ciphertext.Level);
        var result = ciphertext.Clone();
        AddGaussianInteger(result, integer);
        return result;
    }

    /// <summary>ciphertext * integer; scale and level stay.</summary>
    /// <exception cref="ArgumentException">the integer passes half the modulus of the level</exception>
    public Ciphertext MultiplyInteger(Ciphertext ciphertext, long integer)
    {
        CheckOwner(nameof(MultiplyInteger), ciphertext);
        Parameters.CheckCoefficient(nameof(MultiplyInteger), Math.Abs((double)integer), ciphertext.Level, scale: 1);
        var result = Ciphertext.Allocate(Parameters, ciphertext.KeyId, ciphertext.PolynomialCount, ciphertext.Level, ciphertext.Scale);
        for (var limb = 0; limb <= result.Level; limb++)
        {
            var modulus = Ring.Moduli[limb];
            var factor = modulus.Centre(modulus.Reduce(integer));
            for (var i = 0; i < result.PolynomialCount; i++)
                Kernels.MultiplyConstant(result[i].Limb(limb), ciphertext[i].Limb(limb), factor, Ring.N, modulus);
        }
        return result;
    }

    /// <summary>i * ciphertext: exact; scale and level stay.</summary>
    public Ciphertext MultiplyByImaginaryUnit(Ciphertext ciphertext)
    {
        CheckOwner(nameof(MultiplyByImaginaryUnit), ciphertext);
        return MultiplyByGaussianInteger(ciphertext, ciphertext.Level, GaussianInteger.Of(Complex.ImaginaryOne, 1), ciphertext.Scale);
    }

    /// <summary>
    /// ciphertext * value, as the integers round(part * scalarScale) of both parts; the scale grows by scalarScale.
    /// </summary>
    /// <exception cref="ArgumentException">a part of the value times scalarScale passes half the modulus of the level, or is not a number; or
    /// scalarScale is not a positive number</exception>
    public Ciphertext MultiplyScalar(Ciphertext ciphertext, Complex value, double scalarScale)
    {
        CheckOwner(nameof(MultiplyScalar), ciphertext);
        CheckFactorScale(nameof(MultiplyScalar), ciphertext.Scale, scalarScale);
        var integer = Integer(nameof(MultiplyScalar), value, scalarScale, ciphertext.Level);
        return MultiplyByGaussianInteger(ciphertext, ciphertext.Level, integer, ciphertext.Scale * scalarScale);
    }

    /// <summary>The integers nearest to both parts of a constant at a scale, where a level's modulus holds them.</summary>
    private GaussianInteger Integer(string operation, Complex value, double scale, int level)
    {
        var integer = GaussianInteger.Of(value, scale);
        Parameters.CheckCoefficient(operation, integer.Magnitude, level, scale);
        return integer;
    }

    /// <summary>A scale that others are multiplied by: positive, and the product finite.</summary>
    private static void CheckFactorScale(string operation, double scale, double factorScale)
    {
        if (!(factorScale > 0) || !double.IsFinite(scale * factorScale))
            throw new ArgumentOutOfRangeException(nameof(factorScale), factorScale, $"{operation}: a scale is a positive number");
    }

    /// <summary>At a lower level if one is given.</summary>
    private Ciphertext MultiplyByGaussianInteger(Ciphertext ciphertext, int level, GaussianInteger integer, double scale)
    {
        var result = Ciphertext.Allocate(Parameters, ciphertext.KeyId, ciphertext.PolynomialCount, level, scale);
        for (var limb = 0; limb <= result.Level; limb++)
        {
            for (var i = 0; i < result.PolynomialCount; i++)
                MultiplyGaussianLimb(result[i].Limb(limb), ciphertext[i].Limb(limb), integer, limb, adds: false);
        }
        return result;
    }

    private void AddGaussianInteger(Ciphertext ciphertext, GaussianInteger integer)
    {
        var half = Ring.N / 2;
        ciphertext.Seed = null;
        for (var limb = 0; limb <= ciphertext.Level; limb++)
        {
            var values = ciphertext[0].Limb(limb);
            (var first, var second) = integer.Residues(Ring.Tables[limb]);
            Kernels.AddConstant(values, values, first, half, Ring.Moduli[limb]);
            Kernels.AddConstant(values + half, values + half, second, half, Ring.Moduli[limb]);
        }
    }

    /// <summary>destination = source * integer, or destination += source * integer, modulo one prime.</summary>
    private void MultiplyGaussianLimb(double* destination, double* source, GaussianInteger integer, int limb, bool adds)
    {
        var modulus = Ring.Moduli[limb];
        (var first, var second) = integer.Residues(Ring.Tables[limb]);
        var half = Ring.N / 2;
        if (adds)
        {
            Kernels.MultiplyConstantAdd(destination, source, first, half, modulus);
            Kernels.MultiplyConstantAdd(destination + half, source + half, second, half, modulus);
        }
        else
        {
            Kernels.MultiplyConstant(destination, source, first, half, modulus);
            Kernels.MultiplyConstant(destination + half, source + half, second, half, modulus);
        }
    }
}

using System.Numerics;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks;

/// <summary>
/// Complex constants. The monomial X^(N/2) has the value i in every slot, and transformed it is ι = ψ^(N/2) in the first half of the
/// values and -ι in the second; so a + bi with integers a, b is a constant in each half, and costs no more than a real one.
/// </summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>i * ciphertext: exact; scale and level stay.</summary>
    public Ciphertext MultiplyByImaginaryUnit(Ciphertext ciphertext)
    {
        CheckOwner(nameof(MultiplyByImaginaryUnit), ciphertext.Parameters);
        return MultiplyByGaussianInteger(ciphertext, Complex.ImaginaryOne, ciphertext.Scale);
    }

    /// <summary>
    /// ciphertext * value, as the integers round(part * scalarScale) of both parts; the scale grows by scalarScale.
    /// </summary>
    /// <exception cref="ArgumentException">value times scalarScale is not finite</exception>
    public Ciphertext MultiplyScalar(Ciphertext ciphertext, Complex value, double scalarScale)
    {
        CheckOwner(nameof(MultiplyScalar), ciphertext.Parameters);
        Complex integer = ToGaussianInteger(nameof(MultiplyScalar), value, scalarScale);
        return MultiplyByGaussianInteger(ciphertext, integer, ciphertext.Scale * scalarScale);
    }

    /// <summary>ciphertext + constant in every slot, each part exact to 1/(2 scale).</summary>
    /// <exception cref="ArgumentException">the constant times the scale is not finite</exception>
    public Ciphertext AddConstant(Ciphertext ciphertext, Complex constant)
    {
        CheckOwner(nameof(AddConstant), ciphertext.Parameters);
        Complex integer = ToGaussianInteger(nameof(AddConstant), constant, ciphertext.Scale);
        Ciphertext result = ciphertext.Clone();
        AddGaussianInteger(result, integer);
        return result;
    }

    private static Complex ToGaussianInteger(string operation, Complex value, double scale)
    {
        var integer = new Complex(Math.Round(value.Real * scale), Math.Round(value.Imaginary * scale));
        return Complex.IsFinite(integer)
            ? integer
            : throw new ArgumentException($"{operation}: {value} at scale 2^{Math.Log2(scale):F1} is not finite");
    }

    private Ciphertext MultiplyByGaussianInteger(Ciphertext ciphertext, Complex integer, double scale)
    {
        Ciphertext result = Ciphertext.Allocate(Parameters, ciphertext.PolynomialCount, ciphertext.Level, scale);
        for (int limb = 0; limb <= result.Level; limb++)
        {
            for (int i = 0; i < result.PolynomialCount; i++)
                MultiplyGaussianLimb(result[i].Limb(limb), ciphertext[i].Limb(limb), integer, limb, adds: false);
        }
        return result;
    }

    private void AddGaussianInteger(Ciphertext ciphertext, Complex integer)
    {
        int half = Ring.N / 2;
        ciphertext.Seed = null;
        for (int limb = 0; limb <= ciphertext.Level; limb++)
        {
            double* values = ciphertext[0].Limb(limb);
            (double first, double second) = GaussianResidues(integer, limb);
            Kernels.AddConstant(values, values, first, half, Ring.Moduli[limb]);
            Kernels.AddConstant(values + half, values + half, second, half, Ring.Moduli[limb]);
        }
    }

    /// <summary>destination = source * integer, or destination += source * integer, modulo one prime.</summary>
    private void MultiplyGaussianLimb(double* destination, double* source, Complex integer, int limb, bool adds)
    {
        Modulus modulus = Ring.Moduli[limb];
        (double first, double second) = GaussianResidues(integer, limb);
        int half = Ring.N / 2;
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

    /// <summary>a + bι and a - bι modulo q_limb, centred.</summary>
    private (double First, double Second) GaussianResidues(Complex integer, int limb)
    {
        NttTables tables = Ring.Tables[limb];
        Modulus modulus = tables.Modulus;
        ulong real = modulus.Reduce(integer.Real);
        ulong imaginary = modulus.Multiply(modulus.Reduce(integer.Imaginary), modulus.Canonical(tables.Iota));
        return (Sum(real, imaginary), Sum(real, modulus.Negate(imaginary)));

        double Sum(ulong left, ulong right) => modulus.Centre((left + right) % modulus.Value);
    }
}

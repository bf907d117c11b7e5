using System.Numerics;
using Crammed.Ckks.Ring;
using Crammed.Ckks.Tests.Scheme;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>Ciphertexts whose messages are coefficients: written and read without any embedding.</summary>
internal static class CoefficientMessages
{
    /// <summary>Uniform complex numbers in the square of parts in [-1, 1]: root mean square sqrt(2/3).</summary>
    public static Complex[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new Complex(2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1))];
    }

    /// <summary>
    /// The N real coefficients of w(X^g), g = N/(2n), for n complex ones: real parts in the lower half, imaginary ones in the upper half.
    /// </summary>
    public static double[] Spread(Complex[] complex, int degree)
    {
        var coefficients = new double[degree];
        var gap = degree / (2 * complex.Length);
        for (var k = 0; k < complex.Length; k++)
        {
            coefficients[gap * k] = complex[k].Real;
            coefficients[degree / 2 + gap * k] = complex[k].Imaginary;
        }
        return coefficients;
    }

    /// <summary>Encrypts the polynomial of these coefficients times the canonical scale of the level, rounded.</summary>
    public static unsafe Ciphertext Encrypt(CkksSetup setup, double[] coefficients, int level)
    {
        var ring = setup.Parameters.Ring;
        var scale = setup.Parameters.ScaleAt(level);
        double[] integers = [.. coefficients.Select(value => Math.Round(value * scale))];
        var polynomial = ring.Rent(level + 1);
        fixed (double* source = integers)
        {
            using var integer = IntegerPolynomial.FromCoefficients(ring, source, scale);
            for (var limb = 0; limb <= level; limb++)
                integer.Transform(polynomial.Limb(limb), limb);
        }
        using var plaintext = new Plaintext(setup.Parameters, polynomial, level, scale);
        return setup.Encryptor.Encrypt(plaintext);
    }

    /// <summary>All N coefficients over the scale, by the Chinese remainder theorem in big integers.</summary>
    public static double[] Decrypt(CkksSetup setup, Ciphertext ciphertext)
    {
        using var plaintext = setup.Decryptor.Decrypt(ciphertext);
        return [.. PlaintextCoefficients.Of(plaintext).Select(coefficient => (double)coefficient / ciphertext.Scale)];
    }

    /// <summary>
    /// Asserts that the errors of the coefficients have the given standard deviation. Each is a sum of N independent terms, so that it is
    /// Gaussian: of 2^11 none is beyond 8 standard deviations, with probability 1 - 3 10^-12. Their root mean square has a relative
    /// standard error of 1.6 %; the band is that of <see cref="SlotAssert"/>.
    /// </summary>
    public static void HaveNoise(double[] actual, double[] expected, double standardDeviation)
    {
        double[] errors = [.. actual.Zip(expected, (x, y) => Math.Abs(x - y) / standardDeviation)];
        Assert.That(errors.Max(), Is.LessThan(8), "largest error of a coefficient over prediction");
        Assert.That(Math.Sqrt(errors.Average(error => error * error)), Is.InRange(0.8, 1.25), "rms over prediction");
    }
}

namespace Crammed.Ckks;

/// <summary>
/// How much noise each operation adds: the standard deviation of the real part (and equally of the imaginary part) of one slot's
/// error, in units of the message. Errors of operations are independent, so their variances add.
/// </summary>
/// <remarks>
/// An error polynomial whose N coefficients are independent with variance v gives each slot a complex error of variance N v, half of
/// it in each part: standard deviation sqrt(N v / 2) / scale. A uniform ternary secret has variance 2/3 per coefficient, so a
/// product of s with a polynomial of variance v has variance 2 N v / 3; rounding to integers leaves 1/12.
/// Errors without the secret in them are close to Gaussian over slots. Those with it (rescale, key switch, public key) are products of two
/// nearly Gaussian complex numbers in each slot, so their parts follow Laplace's distribution: the largest among n slots is about
/// ln(n) / sqrt(2) standard deviations.
/// </remarks>
public sealed class NoiseEstimator(CkksParameters parameters)
{
    /// <summary>Standard deviation of the discrete Gaussian error of fresh encryptions and keys.</summary>
    public const double ErrorStandardDeviation = 3.2;

    private const double ErrorVariance = ErrorStandardDeviation * ErrorStandardDeviation;
    private const double SecretVariance = 2.0 / 3;
    private const double RoundingVariance = 1.0 / 12;

    /// <summary>Encryption under the secret key: one error polynomial.</summary>
    public double FreshSymmetric(double scale) => InSlots(ErrorVariance, scale);

    /// <summary>Encryption under the public key: e u + e_0 + e_1 s with ternary u.</summary>
    public double FreshPublic(double scale) => InSlots(ErrorVariance * (2 * parameters.N * SecretVariance + 1), scale);

    /// <summary>Rounding the message to integer coefficients.</summary>
    public double EncodeRounding(double scale) => InSlots(RoundingVariance, scale);

    /// <summary>Rounding the 2 <paramref name="slotCount"/> coefficients of a sparsely packed message.</summary>
    public double EncodeRounding(double scale, int slotCount) => Math.Sqrt(slotCount * RoundingVariance) / scale;

    /// <summary>Rounding both polynomials after a division by q_l, at the scale after it.</summary>
    public double Rescale(double scale) => InSlots(DivisionVariance, scale);

    /// <summary>
    /// A rotation, conjugation or relinearization at this level: Σ_j d_j e_j / P with digits uniform modulo D_j, and the rounding of
    /// the division by P.
    /// </summary>
    public double KeySwitch(int level, double scale) => InSlots(InnerProductVariance(level) + DivisionVariance, scale);

    /// <summary>
    /// A relinearization and rescale in one, from <paramref name="level"/>, at the scale after it: the inner product's error is divided
    /// by q_level too, and rounding happens once.
    /// </summary>
    public double RelinearizeAndRescale(int level, double scale)
    {
        double dropped = parameters.Moduli[level];
        return InSlots(InnerProductVariance(level) / (dropped * dropped) + DivisionVariance, scale);
    }

    /// <summary>
    /// The product of two real vectors with independent errors, given the root mean squares of the messages and the standard deviations
    /// of the errors: (m_1 + e_1)(m_2 + e_2) - m_1 m_2.
    /// </summary>
    public static double Product(double rms1, double error1, double rms2, double error2)
    {
        double linear = rms1 * rms1 * error2 * error2 + rms2 * rms2 * error1 * error1;
        // The real part of e_1 e_2 is a difference of two products of parts.
        return Math.Sqrt(linear + 2 * error1 * error1 * error2 * error2);
    }

    private double DivisionVariance => RoundingVariance * (1 + parameters.N * SecretVariance);

    private double InnerProductVariance(int level)
    {
        double log2Special = parameters.SpecialModuli.Sum(modulus => Math.Log2(modulus));
        double sum = 0;
        for (int first = 0; first <= level; first += parameters.DigitSize)
        {
            int count = Math.Min(parameters.DigitSize, level + 1 - first);
            double log2Digit = parameters.Moduli.Skip(first).Take(count).Sum(modulus => Math.Log2(modulus));
            sum += Math.Pow(2, 2 * (log2Digit - log2Special));
        }
        return sum * parameters.N * RoundingVariance * ErrorVariance;
    }

    private double InSlots(double coefficientVariance, double scale) => Math.Sqrt(parameters.N * coefficientVariance / 2) / scale;
}

namespace Crammed.Ckks;

/// <summary>
/// What is expected of the slots of a ciphertext, for <see cref="NoiseEstimator"/> to carry through a circuit without computing it.
/// </summary>
/// <param name="Level">the ciphertext's level</param>
/// <param name="Scale">the ciphertext's scale</param>
/// <param name="Rms">root mean square of the moduli of the message's slots, in units of the message</param>
/// <param name="Error">standard deviation of the error in the real part of a slot, and equally in the imaginary part, in units of the
/// message</param>
/// <param name="PolynomialCount">2, or 3 for a product that is not relinearized</param>
public readonly record struct SlotEstimate(int Level, double Scale, double Rms, double Error, int PolynomialCount = 2);

/// <summary>
/// How much noise each operation adds, in the canonical norm: the standard deviation of the real part (and equally of the imaginary part)
/// of one slot's error, in units of the message. This part holds the sources of noise, the other one carries
/// <see cref="SlotEstimate"/>s through operations.
/// </summary>
/// <remarks>
/// An error polynomial whose N coefficients are independent with variance v gives each slot a complex error of variance N v, half of
/// it in each part: standard deviation sqrt(N v / 2) / scale (Costache, Smart 2016; Costache, Curtis, Hales, Murphy, Ogilvie, Player 2023,
/// for CKKS). A secret of variance w per coefficient (2/3 if uniform ternary, h/N if sparse) makes a product of s with a polynomial of
/// variance v have variance N w v; rounding to integers leaves 1/12. Errors of operations are independent, so their variances add.
/// Errors without the secret in them are close to Gaussian over slots. Those with it (rescale, key switch, public key) are products of two
/// nearly Gaussian complex numbers in each slot, so their parts follow Laplace's distribution: the largest among n slots is about
/// ln(n) / sqrt(2) standard deviations.
/// </remarks>
public sealed partial class NoiseEstimator(CkksParameters parameters)
{
    private const double ErrorVariance = CkksParameters.ErrorStandardDeviation * CkksParameters.ErrorStandardDeviation;
    private const double TernaryVariance = 2.0 / 3;
    private const double RoundingVariance = 1.0 / 12;

    /// <summary>Encryption under the secret key: one error polynomial.</summary>
    public double FreshSymmetric(double scale) => InSlots(ErrorVariance, scale);

    /// <summary>Encryption under the public key: e u + e_0 + e_1 s with u uniform ternary, whatever s is.</summary>
    public double FreshPublic(double scale) =>
        InSlots(ErrorVariance * (parameters.N * (TernaryVariance + SecretVariance) + 1), scale);

    /// <summary>Rounding the message to integer coefficients.</summary>
    public double EncodeRounding(double scale) => InSlots(RoundingVariance, scale);

    /// <summary>Rounding the 2 <paramref name="slotCount"/> coefficients of a sparsely packed message.</summary>
    public double EncodeRounding(double scale, int slotCount) => Math.Sqrt(slotCount * RoundingVariance) / scale;

    /// <summary>Rounding both polynomials after a division by q_l or P, at the scale after it.</summary>
    public double Rescale(double scale) => Rescale(scale, polynomialCount: 2);

    /// <summary>
    /// Rounding all polynomials after a division. In a slot s^2 is the square of a nearly Gaussian complex number of variance N w: its
    /// mean square is 2 (N w)^2.
    /// </summary>
    public double Rescale(double scale, int polynomialCount)
    {
        var secret = parameters.N * SecretVariance;
        var square = polynomialCount == 3 ? 2 * secret * secret : 0;
        return InSlots(RoundingVariance * (1 + secret + square), scale);
    }

    /// <summary>
    /// The error that no ciphertext of this level and its canonical scale falls below once it was rescaled: that of rounding. With a dense
    /// secret it outweighs encryption and encoding.
    /// </summary>
    public double Floor(int level) => Rescale(parameters.ScaleAt(level));

    /// <summary>
    /// The inner product of digits and key alone, Σ_j d_j e_j / P with digits uniform modulo D_j, before the rounding of the division by P
    /// (<see cref="Rescale(double)"/>): for linear transforms that multiply and add up many before they divide once (double
    /// hoisting), where each product with a plaintext of root mean square r multiplies it by r.
    /// </summary>
    public double KeySwitchInnerProduct(int level, double scale) => InSlots(InnerProductVariance(level), scale);

    /// <summary>A rotation (hoisted or not), conjugation or relinearization at this level: inner product and rounding.</summary>
    public double KeySwitch(int level, double scale) => Together(KeySwitchInnerProduct(level, scale), Rescale(scale));

    /// <summary>
    /// A relinearization and rescale in one, from <paramref name="level"/>, at the scale after it: the inner product's error is divided
    /// by q_level too, and rounding happens once.
    /// </summary>
    public double RelinearizeAndRescale(int level, double scale) =>
        Together(KeySwitchInnerProduct(level, scale * parameters.Moduli[level]), Rescale(scale));

    /// <summary>
    /// The product of two vectors with independent errors, given the root mean squares of the messages' moduli and the standard deviations
    /// of the errors' parts: (m_1 + e_1)(m_2 + e_2) - m_1 m_2.
    /// </summary>
    public static double Product(double rms1, double error1, double rms2, double error2)
    {
        var linear = rms1 * rms1 * error2 * error2 + rms2 * rms2 * error1 * error1;
        // The real part of e_1 e_2 is a difference of two products of parts.
        return Math.Sqrt(linear + 2 * error1 * error1 * error2 * error2);
    }

    /// <summary>The standard deviation of a sum of independent errors.</summary>
    public static double Together(double first, double second) => Math.Sqrt(first * first + second * second);

    private double SecretVariance => parameters.Secret.Variance(parameters.N);

    private double Log2Special => parameters.SpecialModuli.Sum(modulus => Math.Log2(modulus));

    private double InnerProductVariance(int level)
    {
        double sum = 0;
        for (var first = 0; first <= level; first += parameters.DigitSize)
        {
            var count = Math.Min(parameters.DigitSize, level + 1 - first);
            var log2Digit = parameters.Moduli.Skip(first).Take(count).Sum(modulus => Math.Log2(modulus));
            sum += DigitVariance(log2Digit, Log2Special);
        }
        return sum;
    }

    /// <summary>
    /// A digit uniform modulo D times a key's error, over the modulus P that is divided out: N (D/P)^2 / 12 times the error's.
    /// </summary>
    private double DigitVariance(double log2Digit, double log2Special) =>
        Math.Pow(2, 2 * (log2Digit - log2Special)) * parameters.N * RoundingVariance * ErrorVariance;

    private double InSlots(double coefficientVariance, double scale) => Math.Sqrt(parameters.N * coefficientVariance / 2) / scale;
}

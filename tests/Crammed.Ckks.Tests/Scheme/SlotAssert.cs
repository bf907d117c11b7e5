using System.Numerics;

namespace Crammed.Ckks.Tests.Scheme;

/// <summary>Compares decrypted slots with what they should be, in units of the predicted standard deviation.</summary>
internal static class SlotAssert
{
    /// <summary>
    /// A slot of a rounding error times the secret is a product of two nearly Gaussian complex numbers, whose real part follows Laplace's
    /// distribution: beyond t standard deviations lies exp(-sqrt(2) t). At t = 18 that is 10^-11, or 3 10^-7 over 2^15 slots.
    /// </summary>
    private const double MaxDeviations = 18;

    /// <summary>
    /// The errors' root mean square must match the prediction within this factor. Over 1024 slots with Laplace's distribution it has a
    /// relative standard error of 3.5 %, and the predictions neglect terms of a few percent.
    /// </summary>
    private const double Band = 1.25;

    /// <summary>Asserts the largest error only: for noise whose prediction is an upper bound.</summary>
    public static void AreClose(CkksSetup setup, Ciphertext actual, Func<int, double> expected, double standardDeviation)
    {
        var slots = setup.Decryptor.DecryptToSlots(actual);
        var largest = slots.Select((value, i) => Math.Abs(value - expected(i))).Max();
        Assert.That(largest, Is.LessThan(MaxDeviations * standardDeviation), $"largest error, {actual}");
    }

    /// <summary>Asserts the largest error and that the errors' root mean square is the predicted one.</summary>
    public static void HaveNoise(CkksSetup setup, Ciphertext actual, Func<int, double> expected, double standardDeviation)
    {
        AreClose(setup, actual, expected, standardDeviation);
        var slots = setup.Decryptor.DecryptToSlots(actual);
        var meanSquare = slots.Select((value, i) => Math.Pow(value - expected(i), 2)).Average();
        Assert.That(Math.Sqrt(meanSquare) / standardDeviation, Is.InRange(1 / Band, Band), $"rms over prediction, {actual}");
    }

    public static void AreClose(CkksSetup setup, Ciphertext actual, Func<int, Complex> expected, double standardDeviation)
    {
        var slots = setup.Decryptor.DecryptToComplexSlots(actual);
        var largest = slots.Select((value, i) => Complex.Abs(value - expected(i))).Max();
        Assert.That(largest, Is.LessThan(MaxDeviations * Math.Sqrt(2) * standardDeviation), $"largest error, {actual}");
    }

    /// <summary>As for real slots: the error's root mean square is that of both parts together.</summary>
    public static void HaveNoise(CkksSetup setup, Ciphertext actual, Func<int, Complex> expected, double standardDeviation)
    {
        AreClose(setup, actual, expected, standardDeviation);
        var slots = setup.Decryptor.DecryptToComplexSlots(actual);
        var meanSquare = slots.Select((value, i) => Math.Pow(Complex.Abs(value - expected(i)), 2)).Average() / 2;
        Assert.That(Math.Sqrt(meanSquare) / standardDeviation, Is.InRange(1 / Band, Band), $"rms over prediction, {actual}");
    }

    /// <summary>The square root of the sum of squares: independent errors add this way.</summary>
    public static double Together(params double[] standardDeviations) => Math.Sqrt(standardDeviations.Sum(s => s * s));
}

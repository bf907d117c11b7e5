using Crammed.Model;

namespace Crammed.Encrypted.Models;

/// <summary>Which models programs train, and what follows from a model's numbers alone.</summary>
internal static class TrainableModel
{
    /// <summary>
    /// Queries and keys are scaled by this: 1 - |q - k|^2 is then the base 1 + x / 2^k of the kernel, x = -|q - k|^2 / (2 sqrt(head width)).
    /// </summary>
    public static double KernelScale(int headWidth, int kernelPower) =>
        Math.Sqrt(1 / (2 * Math.Sqrt(headWidth) * Math.Pow(2, kernelPower)));

    /// <summary>
    /// The power of two that brings the largest expected gradient to about one: noise is absolute, so larger gradients lose less to it.
    /// </summary>
    public static double GradientScale(CalibratedFunctions functions, double slope) =>
        Math.Pow(2, Math.Floor(-Math.Log2(functions.ExpectedSecondMoment(slope)) / 2));

    /// <exception cref="InvalidDataException">no program trains this architecture</exception>
    public static void Require(string folder, BertConfiguration configuration)
    {
        if (configuration.Kernel is not (AttentionKernel.Polynomial or AttentionKernel.Gaussian)
            || configuration.Gate is not (FeedForwardGate.Bilinear or FeedForwardGate.Relu) || configuration.Style != EncoderStyle.Crammed)
        {
            throw new InvalidDataException(
                $"{folder}: kernel {configuration.Kernel} with gate {configuration.Gate} in style {configuration.Style} cannot be trained "
                + "encrypted; pretrain with a Gaussian or polynomial kernel and a ReLU or bilinear gate (arch=crammed-bert, crammed-bert-he).");
        }
    }
}

using Crammed.Approximation;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;
using Crammed.Model;

namespace Crammed.Encrypted.Models;

/// <summary>The polynomials of a checkpoint on its calibrated ranges, widened by their margin.</summary>
internal static class CalibratedPolynomials
{
    /// <summary>
    /// -log2 of the largest relative error of a norm's scale. The kernel multiplies it by its squarings, about 2^5, where its value is
    /// small.
    /// </summary>
    public const double NormBits = 16;

    /// <summary>What noise may put the base of a kernel outside its domain by: equal vectors have the base 1.</summary>
    private const double NoiseRoom = 1.0 / (1 << 10);

    /// <param name="configuration">of the model</param>
    /// <param name="calibration">of the model; ranges in which the last layer computes its first token only, as programs do</param>
    /// <param name="functions">of the calibration</param>
    /// <param name="deepest">levels that a polynomial may take</param>
    /// <param name="clientNorm">whether the client computes the first norm</param>
    /// <exception cref="InvalidDataException">a range is missing, or so wide that no polynomial will do</exception>
    public static ModelPolynomials Of(
        BertConfiguration configuration, Calibration calibration, CalibratedFunctions functions, int deepest, bool clientNorm)
    {
        var layers = Enumerable.Range(0, configuration.Layers).ToArray();
        return new ModelPolynomials(
            [.. layers.Select(layer => layer == 0 && clientNorm ? null : Root(ActivationNames.AttentionNormVariance(layer)))],
            [.. layers.Select(layer => Root(ActivationNames.FeedForwardNormVariance(layer)))],
            Root(ActivationNames.FinalNormVariance),
            new UnitPolynomial("tanh", functions.Tanh().Approximation), TaskLoss.Of(configuration.Classes, functions, deepest))
        {
            NormEpsilon = configuration.NormEpsilon,
            KernelDomains = [.. layers.Select(KernelDomain)],
            Gates = configuration.Gate == FeedForwardGate.Relu
                ? [.. layers.Select(layer => new StepFunction(ActivationNames.Gate(layer), functions.Gate(configuration, layer)!))]
                : null,
        };

        // A trained-in kernel is stable from -1 to 1, one in place of exp is close to it from 0 on.
        ValueDomain KernelDomain(int layer) => new(
            ActivationNames.KernelArgument(layer),
            new Interval((configuration.Kernel == AttentionKernel.Gaussian ? 0 : -1) - NoiseRoom, 1 + NoiseRoom));

        InverseRoot Root(string name)
        {
            if (!calibration.Ranges.TryGetValue(name, out var range))
                throw new InvalidDataException($"{CheckpointFiles.Calibration}: no range for '{name}'; calibrate the model again.");
            var (low, high) = (range.Widened(calibration.Margin).Minimum, range.Widened(calibration.Margin).Maximum);
            if (!(low > 0 && low < high))
            {
                throw new InvalidDataException(
                    FormattableString.Invariant($"{CheckpointFiles.Calibration}: '{name}' is {low} to {high}; ")
                    + "variances are positive and differ: calibrate the model again.");
            }
            var domain = new Interval(low + configuration.NormEpsilon, high + configuration.NormEpsilon);
            var root = InverseRootChoice.Of(domain, NormBits, steps => InverseSquareRootNewton.DepthPerStep * steps, deepest);
            return root is not null ? new InverseRoot(name, root) : throw new InvalidDataException(
                FormattableString.Invariant($"{CheckpointFiles.Calibration}: '{name}' ranges over a factor of {domain.High / domain.Low:F0}, ")
                + $"on which no inverse root is within 2^-{NormBits}; pretrain with a range penalty, or choose a parameter set with more levels.");
        }
    }
}

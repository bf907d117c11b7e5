using Crammed.Approximation;
using Crammed.Encrypted.Operations;
using Crammed.Model;

namespace Crammed.Encrypted.Layers;

/// <summary>
/// Chooses polynomials for a model's non-polynomial functions on the calibrated ranges, widened by the margin.
/// </summary>
/// <param name="calibration">Ranges observed on public text, all 128 positions computed.</param>
/// <param name="maxDepth">Levels that one evaluation may take.</param>
internal sealed class FunctionFitter(Calibration calibration, int maxDepth)
{
    /// <summary>Error that is small beside what training notices; fits stop at the smallest degree that reaches it.</summary>
    private const double WantedError = 1e-6;

    /// <summary>
    /// Second moments are squares of gradients, which other data changes more than activations: factor beyond the margin. It costs a
    /// level or so of a single ciphertext.
    /// </summary>
    private const double MomentHeadroom = 8;

    /// <summary>sqrt(d / (u + d epsilon)) for u = d * variance.</summary>
    public SlotFunction InverseDeviation(string varianceName, int features, double epsilon)
    {
        var range = Range(varianceName);
        return Fit(
            varianceName, u => Math.Sqrt(features / (u + features * epsilon)), new Interval(features * range.Low, features * range.High));
    }

    public SlotFunction Tanh() => Fit(ActivationNames.TanhInput, Math.Tanh, Symmetric(ActivationNames.TanhInput));

    public SlotFunction Sigmoid() =>
        Fit(ActivationNames.LogitDifference, z => 1 / (1 + Math.Exp(-z)), Symmetric(ActivationNames.LogitDifference));

    /// <summary>1 / sqrt(w) for w = scale^2 (v + epsilon), v the second moment of the gradients.</summary>
    public SlotFunction InverseRoot(double epsilon, double gradientScale)
    {
        double factor = gradientScale * gradientScale;
        // Noise can take a vanishing second moment below zero: the domain starts a little under epsilon.
        double high = MomentHeadroom * Range(ActivationNames.SecondMoment).High;
        var domain = new Interval(0.9 * epsilon * factor, (high + epsilon) * factor);
        return Fit(ActivationNames.SecondMoment, w => 1 / Math.Sqrt(w), domain);
    }

    /// <exception cref="InvalidDataException">No such range was calibrated.</exception>
    public Interval Range(string name)
    {
        // What only the head and the optimizer see has one range; what every position computes has one over all positions.
        if (!calibration.AllTokenRanges.TryGetValue(name, out var range) && !calibration.Ranges.TryGetValue(name, out range))
            throw new InvalidDataException($"{CheckpointFiles.Calibration}: no range for '{name}'; calibrate the model again.");
        var widened = range.Widened(calibration.Margin);
        return new Interval(widened.Minimum, widened.Maximum);
    }

    private Interval Symmetric(string name)
    {
        var range = Range(name);
        double bound = Math.Max(Math.Abs(range.Low), Math.Abs(range.High));
        return new Interval(-bound, bound);
    }

    /// <summary>The smallest degree that fills its depth and meets the wanted error, or else the largest that the levels allow.</summary>
    private SlotFunction Fit(string name, Func<double, double> function, Interval domain)
    {
        int largest = (1 << maxDepth - 1) - 1;
        for (int degree = 7; ; degree = 2 * degree + 1)
        {
            var polynomial = ChebyshevFit.Interpolate(function, domain, Math.Min(degree, largest));
            var report = ApproximationReport.Measure(function, polynomial.Evaluate, domain, ErrorKind.Absolute, points: 10_000);
            if (report.MaxError <= WantedError || degree >= largest)
                return new SlotFunction(name, function, polynomial.WithMaxError(report.MaxError));
        }
    }
}

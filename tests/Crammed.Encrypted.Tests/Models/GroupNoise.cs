using System.Globalization;
using Crammed.Encrypted.Execution;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>Errors of a group of the step, as root mean squares over all its slots.</summary>
/// <param name="Name">of the group</param>
/// <param name="Level">the program's</param>
/// <param name="MessageRms">of the slots themselves</param>
/// <param name="Measured">on ciphertexts</param>
/// <param name="MeasuredImaginary">of imaginary parts there</param>
/// <param name="Worst">largest on ciphertexts</param>
/// <param name="Estimate">for these ciphertexts</param>
/// <param name="Simulations">in runs on clear slots with injected noise</param>
/// <param name="Extrapolated">estimated for ciphertexts of N16QP1746-bootstrapping</param>
internal sealed record GroupNoise(
    string Name, int Level, double MessageRms, double Measured, double MeasuredImaginary, double Worst, GroupEstimate Estimate,
    IReadOnlyList<double> Simulations, double Extrapolated)
{
    public const string Header = "level message measured estimated simulated N=2^16, bits rms";

    /// <summary>Over all runs with injected noise.</summary>
    public double Simulated => Math.Sqrt(Simulations.Average(error => error * error));

    /// <summary>Bits that the measured error is above the estimated one.</summary>
    public double OffEstimate => BitsAbove(Measured, Estimate.Error);

    /// <summary>Bits that the measured error is above the simulated one.</summary>
    public double OffSimulation => BitsAbove(Measured, Simulated);

    /// <summary>The same of imaginary parts and their estimate.</summary>
    public double ImaginaryOffEstimate => BitsAbove(MeasuredImaginary, Estimate.ImaginaryError);

    /// <summary>
    /// Standard deviation of the bits of an error over runs, as the simulations have it: large where few numbers make a group.
    /// </summary>
    public double Spread
    {
        get
        {
            double[] bits = [.. Simulations.Select(error => BitsAbove(error, Simulated))];
            var mean = bits.Average();
            return Math.Sqrt(bits.Sum(bit => (bit - mean) * (bit - mean)) / (bits.Length - 1));
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Level,5} {Bits(MessageRms),7:F1} {Bits(Measured),8:F2} {Bits(Estimate.Error),9:F2} {Bits(Simulated),9:F2} {Bits(Extrapolated),6:F2}"
        + $"  {Name}");

    private static double Bits(double value) => -Math.Log2(value);

    /// <summary>Both are 0 where nothing but zeros were multiplied.</summary>
    private static double BitsAbove(double error, double other) => error == other ? 0 : Math.Log2(error / other);
}

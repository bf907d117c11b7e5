using Crammed.Model;

namespace Crammed.Cli.Encryption;

/// <summary>Losses of the circuit on clear slots: once without noise, and several times with the noise that ciphertexts are estimated to have.</summary>
/// <param name="Clear">Loss of each step with polynomials and no noise.</param>
/// <param name="Noisy">Losses of each run with noise, [run][step].</param>
/// <param name="Parameters">Trained values of the run without noise.</param>
internal sealed record ClearRunResult(double[] Clear, double[][] Noisy, TrainedWeights Parameters)
{
    /// <summary>Standard deviation of each step's loss over the noisy runs.</summary>
    public double[] LossDeviation => [.. Enumerable.Range(0, Clear.Length).Select(step =>
    {
        double mean = Noisy.Average(run => run[step]);
        return Noisy.Length < 2 ? 0 : Math.Sqrt(Noisy.Sum(run => Math.Pow(run[step] - mean, 2)) / (Noisy.Length - 1));
    })];
}

namespace Crammed.Cli.Reports;

/// <summary>The loss of one training step in each kind of run, all from the same draw.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Encrypted">Of the run reported on, as released by the key holder.</param>
/// <param name="Plaintext">Of the run in plaintext: exact functions, float64.</param>
/// <param name="ClearCircuit">Of the same circuit with its polynomials on clear slots, without noise; null where it was not run.</param>
/// <param name="NoisyCircuit">Of clear runs with the estimated noise injected; a bound needs two.</param>
internal sealed record LossStep(int Step, double Encrypted, double Plaintext, double? ClearCircuit, IReadOnlyList<double> NoisyCircuit)
{
    /// <summary>How many standard deviations of the noise a bound allows for.</summary>
    public const double NoiseDeviations = 6;

    /// <summary>Whether there is evidence for a bound.</summary>
    public bool HasBound => ClearCircuit is not null && NoisyCircuit.Count >= 2;

    /// <summary>What the run is off by from plaintext.</summary>
    public double Difference => Encrypted - Plaintext;

    /// <summary>What the run is off by from the same circuit on clear slots.</summary>
    /// <exception cref="InvalidOperationException">That was not run.</exception>
    public double CircuitDifference => Encrypted - Clear;

    /// <summary>What polynomials in place of functions change, noise aside.</summary>
    /// <exception cref="InvalidOperationException">The circuit was not run on clear slots.</exception>
    public double ApproximationGap => Math.Abs(Clear - Plaintext);

    /// <summary>Sample standard deviation of the loss over the runs with noise.</summary>
    /// <exception cref="InvalidOperationException">Fewer than two runs.</exception>
    public double NoiseDeviation
    {
        get
        {
            if (NoisyCircuit.Count < 2)
                throw new InvalidOperationException($"step {Step} has {NoisyCircuit.Count} runs with noise; a deviation needs two");
            var mean = NoisyCircuit.Average();
            return Math.Sqrt(NoisyCircuit.Sum(loss => (loss - mean) * (loss - mean)) / (NoisyCircuit.Count - 1));
        }
    }

    private double Clear => ClearCircuit ?? throw new InvalidOperationException($"step {Step} was not run on clear slots");

    /// <summary>The largest difference from plaintext that approximation, noise and rounding explain.</summary>
    /// <param name="roundingError">Largest error that rounding released results makes in the loss.</param>
    public double Bound(double roundingError) => ApproximationGap + CircuitBound(roundingError);

    /// <summary>The largest difference from the same circuit on clear slots that noise and rounding explain.</summary>
    /// <param name="roundingError">Largest error that rounding released results makes in the loss.</param>
    public double CircuitBound(double roundingError) => (NoiseDeviations * NoiseDeviation) + roundingError;

    /// <summary>Whether the difference from plaintext is explained.</summary>
    public bool IsWithinBound(double roundingError) => Math.Abs(Difference) <= Bound(roundingError);
}

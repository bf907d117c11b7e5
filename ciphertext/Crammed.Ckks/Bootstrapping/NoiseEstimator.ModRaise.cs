namespace Crammed.Ckks;

/// <summary>
/// Noise of bootstrapping's ModRaise, in units of the message and in slots as everywhere; a single coefficient's error has sqrt(2/N) times
/// that standard deviation, which is what counts where the message sits in the coefficients. For sets with bootstrapping.
/// </summary>
public sealed partial class NoiseEstimator
{
    /// <summary>
    /// The switch to the ephemeral secret at level 0: one digit, uniform modulo q_0, with an error of the key over the first special prime
    /// p, which is about as large; and the rounding of the division by p, under a secret of variance h/N.
    /// </summary>
    /// <exception cref="InvalidOperationException">the set has no bootstrapping</exception>
    public double SwitchToEphemeral(double scale)
    {
        var digits = DigitVariance(Math.Log2(parameters.Moduli[0]), Math.Log2(parameters.SpecialModuli[0]));
        return InSlots(digits + RoundingVariance * (1 + EphemeralWeight), scale);
    }

    /// <summary>
    /// The switch back at the top level: the raised polynomial, centred modulo q_0, is the only digit and small against P, so that all but
    /// nothing is left besides the rounding of the division by P, under the dense secret.
    /// </summary>
    public double SwitchFromEphemeral(double scale)
    {
        var digits = DigitVariance(Math.Log2(parameters.Moduli[0]), Log2Special);
        return Together(InSlots(digits, scale), Rescale(scale));
    }

    /// <summary>
    /// Both switches. The message of the result is m + q_0 I with coefficients of I of variance (h + 1) / 12, which its root mean square
    /// holds.
    /// </summary>
    /// <exception cref="InvalidOperationException">the set has no bootstrapping</exception>
    public SlotEstimate ModRaise(SlotEstimate operand)
    {
        var multiples = parameters.Moduli[0] * Math.Sqrt(parameters.N * (EphemeralWeight + 1) * RoundingVariance) / operand.Scale;
        var error = Together(SwitchToEphemeral(operand.Scale), SwitchFromEphemeral(operand.Scale));
        return operand with
        {
            Level = parameters.MaxLevel,
            Rms = Together(operand.Rms, multiples),
            Error = Together(operand.Error, error),
        };
    }

    private int EphemeralWeight => parameters.Bootstrapping?.EphemeralWeight
        ?? throw new InvalidOperationException($"{parameters.Name} has no levels for bootstrapping: there is no ephemeral secret");
}

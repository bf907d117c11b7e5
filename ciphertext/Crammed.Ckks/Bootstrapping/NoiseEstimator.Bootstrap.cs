namespace Crammed.Ckks;

/// <summary>Noise of a whole bootstrap, for sets with bootstrapping.</summary>
public sealed partial class NoiseEstimator
{
    /// <summary>
    /// A bootstrap, before any key is made: errors are carried through SlotsToCoeffs, both key switches of ModRaise, the sum of the copies
    /// of sparse slots and CoeffsToSlots as by the functions for these, and through EvalMod by its derivatives at I + m / ratio, averaged
    /// over the distribution of I (<see cref="RaisedMultiples"/>) and the parts m of the message.
    /// </summary>
    /// <remarks>
    /// Left out: products of two errors; roundings of coefficients in EvalMod, 2^-9 of the noise at N = 2^11 and less beyond; how far the
    /// secret key at hand is from the mean (by its Hamming weight, 1.6 % of the variance under a uniform ternary one at N = 2^11). Messages
    /// beyond the range are estimated as the polynomials have them, but not where they wrap around. What it says is for one iteration.
    /// </remarks>
    /// <param name="plan">the bootstrap</param>
    /// <param name="operand">at the plan's input level or above, of two polynomials</param>
    /// <param name="parts">real and imaginary parts of the message's slots, or a sample; null for uniform ones in the range</param>
    /// <param name="recombined">whether both halves make complex slots again; otherwise the noise is that of a half, as real slots and pairs have
    /// it: without the other half's, but with that of the conjugation that tells them apart, which recombination cancels</param>
    /// <param name="range">the operand's own range (<see cref="RangedCiphertext"/>), or null for the plan's</param>
    /// <exception cref="ArgumentException">the plan belongs to other parameters, the operand is below its input level, parts are given
    /// and there are none, or the plan's range is not a multiple of the operand's</exception>
    public BootstrapEstimate Bootstrap(
        BootstrappingPlan plan, SlotEstimate operand, IReadOnlyList<double>? parts = null, bool recombined = true, double? range = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (!plan.Parameters.Matches(parameters))
            throw new ArgumentException($"the estimator belongs to {parameters.Name}, the plan to {plan.Parameters.Name}", nameof(plan));
        if (parts?.Count == 0)
            throw new ArgumentException("a message has parts", nameof(parts));
        if (operand.Level < plan.InputLevel)
        {
            throw new ArgumentException(
                $"a bootstrap takes operands from level {plan.InputLevel} on, this one has {operand.Level}", nameof(operand));
        }
        double firstPrime = parameters.Moduli[0];
        // From here on in units of q_0: what x = I + m / ratio is in.
        var unit = plan.ScaleUp * parameters.ScaleAt(plan.InputLevel) / firstPrime;
        var lift = plan.LiftOf(range ?? plan.Range);
        var perMessage = plan.SlotsToCoeffsConstant * unit * lift;
        var lifted = MultiplyInteger(LowerTo(operand, plan.InputLevel), lift);
        var coefficients = PlannedEmbedding(lifted, plan.SlotsToCoeffs, plan.SlotsToCoeffsConstant);
        coefficients = coefficients with { Scale = firstPrime, Rms = unit * coefficients.Rms, Error = unit * coefficients.Error };
        var raised = ModRaise(coefficients);
        var slots = PlannedEmbedding(SumOfCopies(raised, plan), plan.CoeffsToSlots, plan.CoeffsToSlotsConstant);
        // Both parts are sums with the conjugate.
        var conjugation = recombined ? 0 : KeySwitch(plan.EvalMod.InputLevel, slots.Scale);
        var argument = Together(2 * slots.Error, conjugation) * firstPrime / parameters.ScaleAt(plan.EvalMod.InputLevel);
        var ownRange = range ?? plan.Range;
        var statistics = new EvalModStatistics(
            this, plan.EvalMod.WithFactor(ownRange), EphemeralWeight, perMessage, ownRange, parts);
        var carried = argument * statistics.Derivative;
        var result = new SlotEstimate(plan.OutputLevel, parameters.ScaleAt(plan.OutputLevel), operand.Rms, 0);
        return new BootstrapEstimate(result, statistics.Components(carried * carried, recombined), plan.Slots, parameters.SlotCount)
        {
            SlotsToCoeffs = InCoefficients(coefficients.Error) / perMessage,
            ModRaise = InCoefficients(raised.Error) / perMessage,
            CoeffsToSlots = carried,
            Cosines = statistics.Cosines,
            EvalMod = (recombined ? Math.Sqrt(2) : 1) * statistics.Noise,
        };
    }

    /// <summary>
    /// The sum of the copies of sparse slots: of the coefficients, integers I included, those in the subring, which are independent of the
    /// others; in N/2 slots they are g, the number of copies, times what they were.
    /// </summary>
    private SlotEstimate SumOfCopies(SlotEstimate raised, BootstrappingPlan plan) => raised with
    {
        Rms = Math.Sqrt(plan.Repetitions) * raised.Rms,
        Error = InnerSum(plan.Repetitions, raised.Level, raised.Scale, raised.Error),
    };
}

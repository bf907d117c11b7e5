using System.Diagnostics;

namespace Crammed.Ckks;

/// <summary>
/// Bootstraps ciphertexts of unit range: a ciphertext with |slot| &lt;= 1 that is out of levels comes back with levels to compute with
/// (Cheon, Han, Kim, Kim, Song 2018; Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux 2021, here with SlotsToCoeffs first; ephemeral secret of
/// Bossuat, Troncoso-Pastoriza, Hubaux 2022). Owns the encoded transforms. Thread-safe.
/// </summary>
/// <remarks>
/// Slots whose real or imaginary part passes 1 leave the range in which the arcsine's polynomial holds, and beyond half the ratio they come
/// back as other numbers: the modulus has wrapped around, and no one can tell from the ciphertext.
/// </remarks>
public sealed class Bootstrapper : IDisposable
{
    private readonly Evaluator _evaluator;
    private readonly EmbeddingTransform _slotsToCoeffs;
    private readonly EmbeddingTransform _coeffsToSlots;

    /// <param name="plan">what to evaluate</param>
    /// <param name="evaluator">with the keys that the plan asks for; it must outlive the bootstrapper</param>
    /// <param name="encoder">encodes the transforms' diagonals</param>
    /// <exception cref="ArgumentException">the evaluator belongs to other parameters</exception>
    public Bootstrapper(BootstrappingPlan plan, Evaluator evaluator, CkksEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(evaluator);
        if (!evaluator.Parameters.Matches(plan.Parameters))
        {
            throw new ArgumentException(
                $"the evaluator belongs to {evaluator.Parameters.Name}, the plan to {plan.Parameters.Name}", nameof(evaluator));
        }
        Plan = plan;
        _evaluator = evaluator;
        _slotsToCoeffs = new EmbeddingTransform(encoder, plan.SlotsToCoeffs, plan.SlotsToCoeffsConstant);
        _coeffsToSlots = new EmbeddingTransform(encoder, plan.CoeffsToSlots, plan.CoeffsToSlotsConstant);
    }

    public BootstrappingPlan Plan { get; }

    /// <summary>Bytes of the encoded diagonals.</summary>
    public long Bytes => _slotsToCoeffs.Bytes + _coeffsToSlots.Bytes;

    /// <summary>
    /// The same slots at <see cref="BootstrappingPlan.OutputLevel"/> and its canonical scale. The operand stands at the canonical scale of its
    /// level, at <see cref="BootstrappingPlan.InputLevel"/> or above.
    /// </summary>
    /// <param name="ciphertext">slots with real and imaginary parts in [-1, 1], repeated with the plan's period</param>
    /// <param name="observer">told how long each part took, in their order</param>
    /// <exception cref="InvalidOperationException">the operand's level is too low, its scale is not canonical, it is not relinearized, or a
    /// key is missing</exception>
    /// <exception cref="ArgumentException">the operand belongs to other parameters</exception>
    public Ciphertext Bootstrap(Ciphertext ciphertext, IProgress<BootstrapPart>? observer = null)
    {
        using Ciphertext lowered = Lower(ciphertext);
        using Ciphertext coefficients = Timed("SlotsToCoeffs", observer, () => ToCoefficients(lowered));
        using Ciphertext raised = Timed("key switches and ModRaise", observer, () => _evaluator.ModRaise(coefficients));
        using Ciphertext slots = Timed("CoeffsToSlots", observer, () => ToSlots(raised));
        return Timed("EvalMod and correction", observer, () => Reduce(slots));
    }

    public void Dispose()
    {
        _slotsToCoeffs.Dispose();
        _coeffsToSlots.Dispose();
    }

    private Ciphertext Lower(Ciphertext ciphertext)
    {
        if (ciphertext.Level < Plan.InputLevel)
        {
            throw new InvalidOperationException(
                $"{nameof(Bootstrap)}: SlotsToCoeffs takes {Plan.InputLevel} levels, the operand has {ciphertext.Level} ({ciphertext})");
        }
        return _evaluator.LowerTo(ciphertext, Plan.InputLevel);
    }

    private static Ciphertext Timed(string name, IProgress<BootstrapPart>? observer, Func<Ciphertext> part)
    {
        long start = Stopwatch.GetTimestamp();
        Ciphertext result = part();
        observer?.Report(new BootstrapPart(name, Stopwatch.GetElapsedTime(start)));
        return result;
    }

    /// <summary>Coefficients m q_0 / ratio at level 0.</summary>
    private Ciphertext ToCoefficients(Ciphertext ciphertext)
    {
        using Ciphertext coefficients = _evaluator.SlotsToCoeffs(ciphertext, _slotsToCoeffs);
        return _evaluator.MultiplyInteger(coefficients, Plan.ScaleUp);
    }

    /// <summary>Slots (x_real + i x_imaginary) / (2 K).</summary>
    private Ciphertext ToSlots(Ciphertext raised)
    {
        using Ciphertext summed = _evaluator.InnerSum(raised, Plan.Repetitions, Plan.Slots);
        using Ciphertext slots = _evaluator.CoeffsToSlots(summed, _coeffsToSlots);
        // The constant of CoeffsToSlots was made for this scale.
        int level = Plan.EvalMod.InputLevel;
        return slots.CopyAtLevel(level, Plan.Parameters.ScaleAt(level));
    }

    /// <summary>EvalMod of real and imaginary parts, which are told apart by conjugation.</summary>
    private Ciphertext Reduce(Ciphertext slots)
    {
        using Ciphertext conjugate = _evaluator.Conjugate(slots);
        using Ciphertext real = ReducePart(_evaluator.Add(slots, conjugate));
        // -i (z - z*) is twice the imaginary part of z; the sign goes with the difference.
        using Ciphertext difference = _evaluator.Subtract(conjugate, slots);
        using Ciphertext imaginary = ReducePart(_evaluator.MultiplyByImaginaryUnit(difference));
        using Ciphertext rotated = _evaluator.MultiplyByImaginaryUnit(imaginary);
        return _evaluator.Add(real, rotated);
    }

    private Ciphertext ReducePart(Ciphertext argument)
    {
        using (argument)
            return _evaluator.EvalMod(argument, Plan.EvalMod);
    }
}

/// <summary>What a part of a bootstrap took.</summary>
/// <param name="Name">the part</param>
/// <param name="Time">wall-clock time</param>
public readonly record struct BootstrapPart(string Name, TimeSpan Time);

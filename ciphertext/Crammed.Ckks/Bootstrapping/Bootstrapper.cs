using System.Collections.Concurrent;
using System.Diagnostics;
using Crammed.Approximation;

namespace Crammed.Ckks;

/// <summary>Which parts of its slots a ciphertext carries a message in.</summary>
internal enum SlotParts
{
    /// <summary>Real parts only; imaginary ones are zero, or noise that is dropped.</summary>
    Real,

    /// <summary>Real and imaginary parts.</summary>
    Complex,
}

/// <summary>What a part of a bootstrap took.</summary>
/// <param name="Name">the part</param>
/// <param name="Time">wall-clock time</param>
public readonly record struct BootstrapPart(string Name, TimeSpan Time);

/// <summary>A ciphertext of real slots for a bootstrap that takes several ranges at once.</summary>
/// <param name="Ciphertext">stays the caller's</param>
/// <param name="Range">no slot passes it in size; the plan's range is a multiple of it. The error is in proportion to it.</param>
public readonly record struct RangedCiphertext(Ciphertext Ciphertext, double Range);

/// <summary>
/// Bootstraps ciphertexts: one with slots in the plan's range that is out of levels comes back with levels to compute with
/// (Cheon, Han, Kim, Kim, Song 2018; Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux 2021, here with SlotsToCoeffs first; ephemeral secret of
/// Bossuat, Troncoso-Pastoriza, Hubaux 2022; second iteration of Bae, Cheon, Cho, Kim, Kim 2022). Owns the encoded transforms. Thread-safe.
/// </summary>
/// <remarks>
/// The steps are those of the papers; where they are done in another way the place says why:
/// <list type="bullet">
/// <item>SlotsToCoeffs comes first, at the bottom of the chain (<see cref="BootstrappingPlan"/>), so that the message's size in coefficients is
/// that of its slots.</item>
/// <item>The key back from the ephemeral secret has one digit (<see cref="Evaluator.ModRaise"/>).</item>
/// <item>Double hoisting goes limb by limb (<see cref="Evaluator.Transform"/>), baby and giant steps being the same.</item>
/// <item>The cosine stands in the phase in which it is nearly odd around zero, which rounds a bit less (in the fit that
/// <see cref="EvalModPlan"/> makes), and the sine has a larger scale than the message (<see cref="Evaluator.EvalMod"/>).</item>
/// <item>Products of a node of the polynomial share one relinearization (<see cref="PolynomialPlan"/>).</item>
/// <item>The range, and the enlargement of the error in the second iteration, are undone by the arcsine's coefficients: neither takes a
/// level.</item>
/// </list>
/// Slots whose real or imaginary part passes the range leave that in which the arcsine's polynomial holds, and beyond half the message ratio
/// they come back as other numbers: the modulus has wrapped around, and no one can tell from the ciphertext. In checked mode, where a probe
/// is given, they are refused.
/// </remarks>
public sealed class Bootstrapper : IDisposable
{
    private readonly Evaluator _evaluator;
    private readonly IRangeProbe? _probe;
    private readonly EmbeddingTransform _slotsToCoeffs;
    private readonly EmbeddingTransform _coeffsToSlots;
    private readonly ConcurrentDictionary<double, EvalModPlan> _reductions = new();

    /// <param name="plan">what to evaluate</param>
    /// <param name="evaluator">with the keys that the plan asks for; it must outlive the bootstrapper</param>
    /// <param name="encoder">encodes the transforms' diagonals</param>
    /// <param name="storage">in which form the diagonals of CoeffsToSlots are kept, which are the larger ones: as coefficients they take
    /// 3 % of the memory, and the bootstrap about a tenth more time</param>
    /// <param name="probe">looks for slots beyond the range before each bootstrap (checked mode), or null</param>
    /// <exception cref="ArgumentException">evaluator or encoder belong to other parameters</exception>
    /// <exception cref="InvalidOperationException">keys are missing, or serve lower levels only</exception>
    public Bootstrapper(
        BootstrappingPlan plan, Evaluator evaluator, CkksEncoder encoder, DiagonalStorage storage = DiagonalStorage.Transformed,
        IRangeProbe? probe = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(evaluator);
        if (!evaluator.Parameters.Matches(plan.Parameters))
        {
            throw new ArgumentException(
                $"the evaluator belongs to {evaluator.Parameters.Name}, the plan to {plan.Parameters.Name}", nameof(evaluator));
        }
        plan.CheckKeys(evaluator.Keys);
        Plan = plan;
        _evaluator = evaluator;
        _probe = probe;
        _slotsToCoeffs = new EmbeddingTransform(encoder, plan.SlotsToCoeffs, plan.SlotsToCoeffsConstant);
        _coeffsToSlots = new EmbeddingTransform(encoder, plan.CoeffsToSlots, plan.CoeffsToSlotsConstant, storage);
    }

    public BootstrappingPlan Plan { get; }

    /// <summary>Bytes of the encoded diagonals.</summary>
    public long Bytes => _slotsToCoeffs.Bytes + _coeffsToSlots.Bytes;

    /// <summary>
    /// The same slots at <see cref="BootstrappingPlan.OutputLevel"/> and its canonical scale. The operand stands at the canonical scale of its
    /// level, at <see cref="BootstrappingPlan.InputLevel"/> or above.
    /// </summary>
    /// <param name="ciphertext">complex slots, whose real and imaginary parts lie in the range, repeated with the plan's period</param>
    /// <param name="observer">told how long each part took, in their order</param>
    /// <exception cref="InvalidOperationException">the operand's level is too low, its scale is not canonical, it is not relinearized, or, in
    /// checked mode, a slot is beyond the range</exception>
    /// <exception cref="ArgumentException">the operand belongs to other parameters</exception>
    public Ciphertext Bootstrap(Ciphertext ciphertext, IProgress<BootstrapPart>? observer = null) =>
        BootstrapBatch([ciphertext], observer)[0];

    /// <summary>
    /// As <see cref="Bootstrap"/>, for many ciphertexts: keys and diagonals are read from memory once for all of them, and EvalMod runs on
    /// several at once. Memory is that of all of them.
    /// </summary>
    public Ciphertext[] BootstrapBatch(IReadOnlyList<Ciphertext> ciphertexts, IProgress<BootstrapPart>? observer = null)
    {
        using var operands = Lower(ciphertexts);
        using var halves = BootstrapToHalves(operands, PlanRange(2 * ciphertexts.Count), SlotParts.Complex, observer);
        return Join(halves.Items, ciphertexts.Count);
    }

    /// <summary>As <see cref="Bootstrap"/>, for real slots: EvalMod runs once instead of twice; imaginary parts come back as zero.</summary>
    public Ciphertext BootstrapReal(Ciphertext ciphertext, IProgress<BootstrapPart>? observer = null) =>
        BootstrapReal(new RangedCiphertext(ciphertext, Plan.Range), observer);

    /// <summary>As above, of a range of its own.</summary>
    /// <exception cref="ArgumentException">the plan's range is not a multiple of it</exception>
    public Ciphertext BootstrapReal(RangedCiphertext operand, IProgress<BootstrapPart>? observer = null)
    {
        using var lifted = Lift([operand]);
        return BootstrapToHalves(lifted, [operand.Range], SlotParts.Real, observer)[0];
    }

    /// <summary>
    /// Two ciphertexts of real slots as the real and the imaginary part of one: both come back for the price of one. What one had in
    /// its imaginary parts, noise above all, ends in the other. So a second iteration gains nothing here: it would take the noise in the
    /// imaginary parts of the other's result for an error of this one.
    /// </summary>
    public (Ciphertext First, Ciphertext Second) BootstrapPair(
        Ciphertext first, Ciphertext second, IProgress<BootstrapPart>? observer = null) =>
        BootstrapPairs([(new RangedCiphertext(first, Plan.Range), new RangedCiphertext(second, Plan.Range))], observer)[0];

    /// <summary>
    /// As <see cref="BootstrapPair"/>, for many pairs, whose keys and diagonals are read once, and with a range of its own for each
    /// operand. A smaller range is filled up by an integer before SlotsToCoeffs and taken back by the arcsine's coefficients, so the error
    /// stays in proportion to the operand's own range and nothing else is kept for it. The noise in the imaginary parts of the operand of
    /// the smaller range is multiplied by that integer, too, and ends in the other.
    /// </summary>
    /// <exception cref="ArgumentException">the plan's range is not a multiple of an operand's</exception>
    public (Ciphertext First, Ciphertext Second)[] BootstrapPairs(
        IReadOnlyList<(RangedCiphertext First, RangedCiphertext Second)> pairs, IProgress<BootstrapPart>? observer = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        RangedCiphertext[] parts = [.. pairs.Select(pair => pair.First), .. pairs.Select(pair => pair.Second)];
        using var lifted = Lift(parts);
        using var both = new CiphertextBatch(Join(lifted.Items, pairs.Count));
        var halves = BootstrapToHalves(both, [.. parts.Select(part => part.Range)], SlotParts.Complex, observer);
        return [.. pairs.Select((_, i) => (halves[i], halves[pairs.Count + i]))];
    }

    public void Dispose()
    {
        _slotsToCoeffs.Dispose();
        _coeffsToSlots.Dispose();
    }

    /// <summary>
    /// Real parts of all operands, followed by their imaginary parts. Iterations beyond the first bootstrap what is left of the message when
    /// the result is taken from it, many times enlarged, so that its error counts as many times less.
    /// </summary>
    /// <param name="operands">at the input level, filling the plan's range</param>
    /// <param name="ranges">of each half that comes out</param>
    /// <param name="parts">which halves</param>
    /// <param name="observer">told of the parts</param>
    private CiphertextBatch BootstrapToHalves(
        CiphertextBatch operands, double[] ranges, SlotParts parts, IProgress<BootstrapPart>? observer)
    {
        CheckRange(operands);
        var halves = Pass(operands, ranges, parts, observer);
        if (Plan.Iterations == 1)
            return halves;
        using (halves)
        {
            using var residuals = Residuals(operands, halves, ranges);
            double[] errorRanges = [.. ranges.Select(range => Math.ScaleB(range, -BootstrappingPlan.Log2ErrorGain))];
            using var errors = Pass(residuals, errorRanges, parts, observer);
            return CiphertextBatch.Of(halves.Items.Length, i => _evaluator.Add(halves[i], errors[i]));
        }
    }

    /// <summary>One bootstrap without iteration, step by step.</summary>
    private CiphertextBatch Pass(CiphertextBatch operands, double[] ranges, SlotParts parts, IProgress<BootstrapPart>? observer)
    {
        using var coefficients = Timed("SlotsToCoeffs", observer, () => ToCoefficients(operands));
        using var raised = Timed(
            "key switches and ModRaise", observer, () => new CiphertextBatch(_evaluator.ModRaiseBatch(coefficients.Items)));
        using var slots = Timed("CoeffsToSlots", observer, () => ToSlots(raised));
        return Timed("EvalMod and correction", observer, () => Reduce(slots, ranges, parts));
    }

    private double[] PlanRange(int count) => [.. Enumerable.Repeat(Plan.Range, count)];

    /// <summary>At the input level, filling the plan's range.</summary>
    private CiphertextBatch Lift(IReadOnlyList<RangedCiphertext> operands)
    {
        long[] factors = [.. operands.Select(operand => Plan.LiftOf(operand.Range))];
        using var lowered = Lower([.. operands.Select(operand => operand.Ciphertext)]);
        return CiphertextBatch.Of(operands.Count, i => Multiple(lowered[i], factors[i]));
    }

    private Ciphertext Multiple(Ciphertext ciphertext, long factor) =>
        factor == 1 ? ciphertext.Clone() : _evaluator.MultiplyInteger(ciphertext, factor);

    private CiphertextBatch Lower(IReadOnlyList<Ciphertext> ciphertexts)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        foreach (var ciphertext in ciphertexts)
        {
            ArgumentNullException.ThrowIfNull(ciphertext);
            if (ciphertext.Level < Plan.InputLevel)
            {
                throw new InvalidOperationException(
                    $"{nameof(Bootstrap)}: SlotsToCoeffs takes {Plan.InputLevel} levels, the operand has {ciphertext.Level} ({ciphertext})");
            }
        }
        return CiphertextBatch.Of(ciphertexts.Count, i => _evaluator.LowerTo(ciphertexts[i], Plan.InputLevel));
    }

    private void CheckRange(CiphertextBatch operands)
    {
        if (_probe is null)
            return;
        foreach (var operand in operands.Items)
        {
            (var slot, var magnitude) = _probe.Largest(operand);
            if (magnitude > Plan.Range)
            {
                throw new InvalidOperationException(
                    $"{nameof(Bootstrap)}: a part of slot {slot} is {magnitude:G6} in size, the plan's range is {Plan.Range:G6}; "
                    + "scale the message down or plan for a wider range");
            }
        }
    }

    private static CiphertextBatch Timed(string name, IProgress<BootstrapPart>? observer, Func<CiphertextBatch> part)
    {
        var start = Stopwatch.GetTimestamp();
        var result = part();
        observer?.Report(new BootstrapPart(name, Stopwatch.GetElapsedTime(start)));
        return result;
    }

    /// <summary>Coefficients m q_0 / ratio at level 0, m being the message over the range.</summary>
    private CiphertextBatch ToCoefficients(CiphertextBatch operands)
    {
        using var coefficients = new CiphertextBatch(_evaluator.SlotsToCoeffsBatch(operands.Items, _slotsToCoeffs));
        return CiphertextBatch.Of(operands.Items.Length, i => _evaluator.MultiplyInteger(coefficients[i], Plan.ScaleUp));
    }

    /// <summary>Slots (x_real + i x_imaginary) / (2 K).</summary>
    private CiphertextBatch ToSlots(CiphertextBatch raised)
    {
        int count = raised.Items.Length, level = Plan.EvalMod.InputLevel;
        using var summed = CiphertextBatch.Of(count, i => _evaluator.InnerSum(raised[i], Plan.Repetitions, Plan.Slots));
        using var slots = new CiphertextBatch(_evaluator.CoeffsToSlotsBatch(summed.Items, _coeffsToSlots));
        // The constant of CoeffsToSlots was made for this scale.
        return CiphertextBatch.Of(count, i => slots[i].CopyAtLevel(level, Plan.Parameters.ScaleAt(level)));
    }

    /// <summary>EvalMod of real and imaginary parts, which are told apart by conjugation: together those of one range.</summary>
    private CiphertextBatch Reduce(CiphertextBatch slots, double[] ranges, SlotParts parts)
    {
        var count = slots.Items.Length;
        using var conjugates = CiphertextBatch.Of(count, i => _evaluator.Conjugate(slots[i]));
        using var arguments = CiphertextBatch.Of(
            parts == SlotParts.Real ? count : 2 * count,
            i => i < count ? _evaluator.Add(slots[i], conjugates[i]) : TwiceImaginaryPart(slots[i - count], conjugates[i - count]));
        var results = new Ciphertext[arguments.Items.Length];
        foreach (var group in Enumerable.Range(0, results.Length).GroupBy(i => ranges[i]))
        {
            int[] places = [.. group];
            var evalMod = _reductions.GetOrAdd(group.Key, Plan.EvalMod.WithFactor);
            var reduced = _evaluator.EvalModBatch([.. places.Select(i => arguments[i])], evalMod);
            for (var i = 0; i < places.Length; i++)
                results[places[i]] = reduced[i];
        }
        return new CiphertextBatch(results);
    }

    /// <summary>-i (z - z*) = i (z* - z).</summary>
    private Ciphertext TwiceImaginaryPart(Ciphertext slots, Ciphertext conjugate)
    {
        using var difference = _evaluator.Subtract(conjugate, slots);
        return _evaluator.MultiplyByImaginaryUnit(difference);
    }

    /// <summary>Real plus i times imaginary parts, where there are any.</summary>
    private Ciphertext[] Join(Ciphertext[] halves, int count) => CiphertextBatch.Of(count, i =>
    {
        if (halves.Length == count)
            return halves[i].Clone();
        using var rotated = _evaluator.MultiplyByImaginaryUnit(halves[count + i]);
        return _evaluator.Add(halves[i], rotated);
    }).Items;

    /// <summary>What the operands have beyond the results, enlarged, at the operands' level.</summary>
    private CiphertextBatch Residuals(CiphertextBatch operands, CiphertextBatch halves, double[] ranges)
    {
        var count = operands.Items.Length;
        using var lifted = CiphertextBatch.Of(halves.Items.Length, i => Multiple(halves[i], Plan.LiftOf(ranges[i])));
        using var joined = new CiphertextBatch(Join(lifted.Items, count));
        using var lowered = CiphertextBatch.Of(count, i => _evaluator.LowerTo(joined[i], Plan.InputLevel));
        return CiphertextBatch.Of(count, i =>
        {
            using var residual = _evaluator.Subtract(operands[i], lowered[i]);
            return _evaluator.MultiplyInteger(residual, 1L << BootstrappingPlan.Log2ErrorGain);
        });
    }
}

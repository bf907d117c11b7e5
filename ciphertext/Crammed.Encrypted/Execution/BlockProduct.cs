using Crammed.Ckks;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// A frozen linear map on ciphertexts of one level. Weights depend on the block only and are periodic plaintexts; the masks of
/// shifts and the weights share one rescale: their scales multiply to the level's canonical scale exactly, so that the result stands at the
/// canonical scale of the level below.
/// </summary>
/// <remarks>
/// Products with weights are <see cref="Evaluator.AddPeriodicProducts"/>, shifts <see cref="Evaluator.SumsOfRotations"/>: of inputs both
/// rotations of a shift before one division by P, of outputs all rotations of a result, before the division that rescales it too. Vectors
/// with their shifts are made a few at a time (<see cref="WorkingSets.ShiftedBytes"/>): so many read the results, or the operands, once.
/// </remarks>
internal sealed class BlockProduct
{
    /// <summary>What masks are multiplied by: with weights near 2^-4 in size both leave the same relative error.</summary>
    public const double MaskScale = 1 << 18;

    private readonly Evaluator _evaluator;
    private readonly CkksEncoder _encoder;
    private readonly BlockWeights _weights;
    private readonly IReadOnlyList<BlockShift> _shifts;
    private readonly Dictionary<(int Distance, int Steps), PeriodicPlaintext> _masks = [];
    private readonly bool _shiftsInputs;
    private readonly int _period;
    private readonly int _level;
    private readonly double _weightScale;

    /// <param name="evaluator">with the rotation keys of <see cref="BlockShift.Of"/></param>
    /// <param name="encoder">for the same parameters</param>
    /// <param name="map">the map</param>
    /// <param name="grid">the slots</param>
    /// <param name="matrices">its matrices</param>
    /// <param name="level">level of the operands' ciphertexts</param>
    public BlockProduct(
        Evaluator evaluator, CkksEncoder encoder, LinearMap map, SlotGrid grid, IReadOnlyList<FrozenWeights> matrices, int level)
    {
        (_evaluator, _encoder, _level, _shiftsInputs, _period) = (evaluator, encoder, level, map.ShiftsInputs, grid.Blocks);
        _weights = new BlockWeights(map, grid, matrices);
        _shifts = BlockShift.Of(map, grid);
        _weightScale = WeightScale(evaluator.Parameters.ScaleAt(level));
        foreach (var shift in _shifts)
        {
            // With one rotation alone the weights are zero wherever a mask would be, and it only brings its scale.
            foreach (var steps in shift.Steps)
            {
                var mask = shift.IsMasked ? shift.Mask(steps) : [1.0];
                _masks.Add((shift.Distance, steps), encoder.EncodePeriodic(mask, level, MaskScale));
            }
        }
    }

    /// <summary>What weights are multiplied by at a level of this canonical scale: the rest of it.</summary>
    public static double WeightScale(double canonicalScale) => canonicalScale / MaskScale;

    /// <summary>The map of all operands' vectors, group by group; one level below.</summary>
    public Ciphertext[] Of(IReadOnlyList<Ciphertext> inputs) => _shiftsInputs ? ShiftInputs(inputs) : ShiftOutputs(inputs);

    /// <summary>Some operands at a time: their shifts are made once, for all results.</summary>
    private Ciphertext[] ShiftInputs(IReadOnlyList<Ciphertext> inputs)
    {
        var sums = new Ciphertext?[_weights.Outputs.Count];
        foreach (var part in Enumerable.Range(0, inputs.Count).Chunk(VectorsAtOnce(inputs[0])))
        {
            // One operand's shifts at a time before their division, which takes memory for all moduli.
            Ciphertext[] shifted =
                [.. part.SelectMany(i => _evaluator.SumsOfRotations([.. _shifts.Select(shift => Terms(inputs[i], shift))]))];
            using (var weights = Encoded(
                sums.Length, shifted.Length,
                (j, k) => _weights.Of(_weights.Outputs[j], _weights.Inputs[part[k / _shifts.Count]], _shifts[k % _shifts.Count].Distance)))
                _evaluator.AddPeriodicProducts(sums, shifted, weights);
            DisposeAll(shifted);
        }
        var results = new Ciphertext[sums.Length];
        _evaluator.ParallelFor(sums.Length, j =>
        {
            using var sum = sums[j];
            results[j] = sum is null ? Zero(inputs[0]) : _evaluator.Rescale(sum);
        });
        return results;
    }

    /// <summary>Some results at a time: for each shift the sum over operands of what is still to be shifted, and then its shift.</summary>
    private Ciphertext[] ShiftOutputs(IReadOnlyList<Ciphertext> inputs)
    {
        var results = new Ciphertext[_weights.Outputs.Count];
        foreach (var part in Enumerable.Range(0, results.Length).Chunk(VectorsAtOnce(inputs[0])))
        {
            Ciphertext?[] unshifted;
            using (var weights = Encoded(
                part.Length * _shifts.Count, inputs.Count,
                (k, i) => _weights.Of(_weights.Outputs[part[k / _shifts.Count]], _weights.Inputs[i], _shifts[k % _shifts.Count].Distance)))
                unshifted = _evaluator.SumsOfPeriodicProducts(inputs, weights);
            var sums = part.Select((_, p) => _shifts.SelectMany((shift, k) =>
                unshifted[p * _shifts.Count + k] is { } product ? Terms(product, shift) : []).ToArray()).ToArray();
            int[] used = [.. Enumerable.Range(0, part.Length).Where(p => sums[p].Length > 0)];
            var shifted = used.Length > 0 ? _evaluator.SumsOfRotations([.. used.Select(p => sums[p])], rescales: true) : [];
            foreach (var (p, result) in used.Zip(shifted))
                results[part[p]] = result;
            foreach (var j in part.Where(j => results[j] is null))
                results[j] = Zero(inputs[0]);
            DisposeAll(unshifted);
        }
        return results;
    }

    /// <summary>The rotations of a shift, each in its blocks, at a scale that has grown by <see cref="MaskScale"/>.</summary>
    private RotationTerm[] Terms(Ciphertext ciphertext, BlockShift shift) =>
        [.. shift.Steps.Select(steps => new RotationTerm(ciphertext, steps, _masks[(shift.Distance, steps)]))];

    private PeriodicMatrix Encoded(int outputs, int inputs, Func<int, int, double[]?> weights) =>
        _encoder.EncodePeriodicMatrix(outputs, inputs, _period, weights, _level, _weightScale, _evaluator.ParallelFor);

    private int VectorsAtOnce(Ciphertext operand) => (int)Math.Max(1, WorkingSets.ShiftedBytes / (operand.Bytes * _shifts.Count));

    private Ciphertext Zero(Ciphertext operand)
    {
        using var zero = _evaluator.MultiplyScalar(operand, 0, _evaluator.Parameters.ScaleAt(_level));
        return _evaluator.Rescale(zero);
    }

    private static void DisposeAll(IEnumerable<IDisposable?> items)
    {
        foreach (var item in items)
            item?.Dispose();
    }
}

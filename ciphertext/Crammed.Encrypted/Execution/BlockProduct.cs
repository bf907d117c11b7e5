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
/// <see cref="Evaluator.SumsOfPeriodicProducts"/> is all that a faster product of residue matrices would replace.
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
        (_evaluator, _encoder, _level, _shiftsInputs) = (evaluator, encoder, level, map.ShiftsInputs);
        _weights = new BlockWeights(map, grid, matrices);
        _shifts = BlockShift.Of(map, grid);
        _weightScale = WeightScale(evaluator.Parameters.ScaleAt(level));
        foreach (var shift in _shifts.Where(shift => shift.IsMasked))
        {
            foreach (var steps in shift.Steps)
                _masks.Add((shift.Distance, steps), encoder.EncodePeriodic(shift.Mask(steps), level, MaskScale));
        }
    }

    /// <summary>What weights are multiplied by at a level of this canonical scale: the rest of it.</summary>
    public static double WeightScale(double canonicalScale) => canonicalScale / MaskScale;

    /// <summary>The map of all operands' vectors, group by group; one level below.</summary>
    public Ciphertext[] Of(IReadOnlyList<Ciphertext> inputs)
    {
        var sums = _weights.Outputs.Select(_ => new RunningSum(_evaluator)).ToArray();
        if (_shiftsInputs)
            ShiftInputs(inputs, sums);
        else
            _evaluator.ParallelFor(sums.Length, j => ShiftOutputs(inputs, _weights.Outputs[j], sums[j]));
        var results = new Ciphertext[sums.Length];
        _evaluator.ParallelFor(sums.Length, j =>
        {
            if (sums[j].IsEmpty)
                sums[j].TakeOver(_evaluator.MultiplyScalar(inputs[0], 0, _evaluator.Parameters.ScaleAt(_level)), 1);
            using var total = sums[j].Take();
            results[j] = _evaluator.Rescale(total);
        });
        return results;
    }

    /// <summary>One operand at a time: its shifts are made once, for all results.</summary>
    private void ShiftInputs(IReadOnlyList<Ciphertext> inputs, RunningSum[] sums)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            var rotations = _shifts.SelectMany(shift => shift.Steps).ToArray();
            var rotated = Rotations(inputs[i], rotations);
            var shifted = new Ciphertext[_shifts.Count];
            var first = 0;
            foreach (var (shift, k) in _shifts.Select((shift, k) => (shift, k)))
            {
                shifted[k] = UnderMasks(shift, rotated[first..(first + shift.Steps.Count)]);
                first += shift.Steps.Count;
            }
            DisposeAll(rotated);
            var input = _weights.Inputs[i];
            var products = Products(shifted, sums.Length, (j, k) => _weights.Of(_weights.Outputs[j], input, _shifts[k].Distance));
            for (var j = 0; j < sums.Length; j++)
            {
                if (products[j] is { } product)
                    sums[j].TakeOver(product, 1);
            }
            DisposeAll(shifted);
        }
    }

    /// <summary>One result: for each shift the sum over operands of what is still to be shifted, and then its shift.</summary>
    private void ShiftOutputs(IReadOnlyList<Ciphertext> inputs, MapVector output, RunningSum sum)
    {
        var products = Products(inputs, _shifts.Count, (k, i) => _weights.Of(output, _weights.Inputs[i], _shifts[k].Distance));
        for (var k = 0; k < products.Length; k++)
        {
            using var unshifted = products[k];
            if (unshifted is null)
                continue;
            var rotated = Rotations(unshifted, _shifts[k].Steps);
            sum.TakeOver(UnderMasks(_shifts[k], rotated), 1);
            DisposeAll(rotated);
        }
    }

    /// <summary>Sums of ciphertexts times their weights, null where these are zero.</summary>
    private Ciphertext?[] Products(IReadOnlyList<Ciphertext> ciphertexts, int count, Func<int, int, double[]?> weights)
    {
        var plaintexts = new PeriodicPlaintext?[count, ciphertexts.Count];
        _evaluator.ParallelFor(count, output =>
        {
            for (var i = 0; i < ciphertexts.Count; i++)
            {
                if (weights(output, i) is { } values)
                    plaintexts[output, i] = _encoder.EncodePeriodic(values, _level, _weightScale);
            }
        });
        return plaintexts.Cast<PeriodicPlaintext?>().All(plaintext => plaintext is null)
            ? new Ciphertext?[count]
            : _evaluator.SumsOfPeriodicProducts(ciphertexts, plaintexts);
    }

    private Ciphertext[] Rotations(Ciphertext ciphertext, IReadOnlyList<int> steps) =>
        steps is [0] ? [ciphertext.Clone()] : _evaluator.RotateMany(ciphertext, steps);

    /// <summary>
    /// The rotations of a shift, each in its blocks, at a scale that has grown by <see cref="MaskScale"/>: exactly, where there is one
    /// only.
    /// </summary>
    private Ciphertext UnderMasks(BlockShift shift, IReadOnlyList<Ciphertext> rotated) => shift.IsMasked
        ? _evaluator.SumsOfPeriodicProducts(
            rotated, new[,] { { _masks[(shift.Distance, shift.Steps[0])], _masks[(shift.Distance, shift.Steps[1])] } })[0]!
        : _evaluator.MultiplyScalar(rotated[0], 1, MaskScale);

    private static void DisposeAll(IEnumerable<IDisposable> items)
    {
        foreach (var item in items)
            item.Dispose();
    }
}

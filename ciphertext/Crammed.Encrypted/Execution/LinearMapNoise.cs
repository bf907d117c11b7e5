using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// The noise that a linear map adds, by results and operands: sums of squared weights, over the slots that they stand in, times what they
/// multiply.
/// </summary>
/// <remarks>
/// Variances of one part of a slot, means over all slots of a result's vectors. With μ and ω the roundings of masks and weights in a slot,
/// and for each operand the root mean square x of its slots (x' over blocks in use): where inputs are shifted, squared weights with a shift
/// times the error of a key switch, and those with masks times 2 μ^2 x'^2; where outputs are shifted, 2 μ^2 times the mean square of what
/// is shifted, and for each shift the product with a key at the scale of the products; ω^2 x^2 for each plaintext; the rescale.
/// </remarks>
internal sealed class LinearMapNoise
{
    private readonly LinearMap _map;
    private readonly SlotGrid _grid;
    private readonly Energy[,] _energies;
    private readonly double[] _shiftsOf;

    public LinearMapNoise(LinearMap map, SlotGrid grid, IReadOnlyList<FrozenWeights> matrices)
    {
        (_map, _grid) = (map, grid);
        _energies = new Energy[map.Outputs.Count, map.Inputs.Count];
        _shiftsOf = new double[map.Outputs.Count];
        var weights = new BlockWeights(map, grid, matrices);
        foreach (var output in weights.Outputs)
        {
            foreach (var shift in BlockShift.Of(map, grid))
            {
                var isUsed = false;
                foreach (var input in weights.Inputs)
                {
                    if (weights.Of(output, input, shift.Distance) is not { } values)
                        continue;
                    isUsed = true;
                    var squares = values.Sum(value => value * value) / (grid.Blocks * output.Blocks.Columns);
                    _energies[output.Group, input.Group] += new Energy(
                        shift.Distance == 0 ? 0 : squares, shift.IsMasked ? squares : 0, 1.0 / output.Blocks.Columns);
                }
                if (isUsed && shift.Distance != 0)
                    _shiftsOf[output.Group] += 1.0 / output.Blocks.Columns;
            }
        }
    }

    /// <summary>Standard deviation of what is added to the slots of a result.</summary>
    /// <param name="noise">of instructions</param>
    /// <param name="level">level of the operands</param>
    /// <param name="output">the result's place</param>
    /// <param name="rms">root mean square of each operand's slots</param>
    public double Added(InstructionNoise noise, int level, int output, IReadOnlyList<double> rms)
    {
        var mask = Squared(InstructionNoise.EncodingOf(_grid.Blocks, BlockProduct.MaskScale));
        var weight = Squared(InstructionNoise.EncodingOf(_grid.Blocks, BlockProduct.WeightScale(noise.Levels.ScaleAt(level))));
        var variance = Squared(AddedImaginary(noise, level, output));
        for (var input = 0; input < _map.Inputs.Count; input++)
        {
            var energy = _energies[output, input];
            var square = Squared(rms[input]);
            var used = square * _grid.Blocks / _map.InputBlocks[input].Blocks;
            variance += energy.Masked * 2 * mask * used + energy.Plaintexts * weight * square;
        }
        return Math.Sqrt(variance);
    }

    /// <summary>The same of imaginary parts: masks and weights are real, and so are their roundings.</summary>
    public double AddedImaginary(InstructionNoise noise, int level, int output)
    {
        var scale = noise.Levels.ScaleAt(level);
        var ciphertextLevel = noise.Levels.OfCiphertext(level);
        // Shifts of outputs are divided by P in their rescale.
        var keySwitch = Squared(_map.ShiftsInputs
            ? noise.Estimator.KeySwitch(ciphertextLevel, scale)
            : noise.Estimator.KeySwitchInnerProduct(ciphertextLevel, scale * BlockProduct.WeightScale(scale)));
        var shifted = _map.ShiftsInputs
            ? Enumerable.Range(0, _map.Inputs.Count).Sum(input => _energies[output, input].Shifted)
            : _shiftsOf[output];
        return Math.Sqrt(Squared(noise.Rescale(level - 1)) + shifted * keySwitch);
    }

    private static double Squared(double value) => value * value;

    /// <summary>Squared weights, summed over columns and blocks of the operand, as means over the slots of the result's vectors.</summary>
    private readonly record struct Energy(double Shifted, double Masked, double Plaintexts)
    {
        public static Energy operator +(Energy left, Energy right) => new(
            left.Shifted + right.Shifted, left.Masked + right.Masked, left.Plaintexts + right.Plaintexts);
    }
}

using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>Features of a linear map in one vector: those of a column of an operand or of a result.</summary>
/// <param name="Group">the operand or the result</param>
/// <param name="Column">the vector's place in its group</param>
/// <param name="Blocks">features of the group</param>
internal readonly record struct MapVector(int Group, int Column, FeatureBlocks Blocks)
{
    public static IReadOnlyList<MapVector> Of(IReadOnlyList<FeatureBlocks> groups) =>
    [
        .. groups.SelectMany((blocks, group) => Enumerable.Range(0, blocks.Columns).Select(column => new MapVector(group, column, blocks))),
    ];

    public int Feature(int block) => block * Blocks.Columns + Column;
}

/// <summary>The weights of a linear map by vectors and shifts of blocks: numbers that depend on the block only.</summary>
internal sealed class BlockWeights(LinearMap map, SlotGrid grid, IReadOnlyList<FrozenWeights> matrices)
{
    public IReadOnlyList<MapVector> Inputs { get; } = MapVector.Of(map.InputBlocks);

    public IReadOnlyList<MapVector> Outputs { get; } = MapVector.Of(map.OutputBlocks);

    /// <summary>
    /// What a shift of one vector of inputs is multiplied by on its way to one of outputs, for each block; or, where outputs are shifted,
    /// the input itself, before the shift. Null if all are zero.
    /// </summary>
    public double[]? Of(MapVector output, MapVector input, int distance)
    {
        var matrix = matrices[output.Group * map.Inputs.Count + input.Group];
        double[]? weights = null;
        for (var block = 0; block < grid.Blocks; block++)
        {
            var (to, from) = map.ShiftsInputs
                ? (block, (block + distance) % grid.Blocks)
                : ((block - distance + grid.Blocks) % grid.Blocks, block);
            if (to >= output.Blocks.Blocks || from >= input.Blocks.Blocks)
                continue;
            var weight = matrix[output.Feature(to), input.Feature(from)];
            if (weight != 0)
                (weights ??= new double[grid.Blocks])[block] = weight;
        }
        return weights;
    }
}

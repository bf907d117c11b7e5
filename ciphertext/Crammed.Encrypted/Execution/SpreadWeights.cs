using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>What <see cref="SpreadProducts"/> multiplies its operands by.</summary>
internal static class SpreadWeights
{
    /// <summary>Weights of one vector of the operand for one shift, in all slots; null if all are zero.</summary>
    public static double[]? Of(SpreadProducts map, SlotGrid grid, FrozenWeights matrix, int shift, int vector)
    {
        double[]? weights = null;
        for (var column = 0; column < map.OutputBlocks.Columns; column++)
        {
            var input = map.ColumnOf(vector, column * map.RowStep);
            if (input >= map.InputBlocks.Columns)
                continue;
            for (var block = 0; block < map.InputBlocks.Blocks; block++)
            {
                var target = (block - shift + grid.Blocks) % grid.Blocks;
                if (target >= map.OutputBlocks.Blocks)
                    continue;
                var weight = matrix[target * map.OutputBlocks.Columns + column, block * map.InputBlocks.Columns + input];
                if (weight == 0)
                    continue;
                weights ??= new double[grid.SlotCount];
                for (var example = 0; example < grid.Examples; example++)
                    weights[column * map.RowStep * grid.TokenStride + example * grid.ExampleStride + block] = weight;
            }
        }
        return weights;
    }
}

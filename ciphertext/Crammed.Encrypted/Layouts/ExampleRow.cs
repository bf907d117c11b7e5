namespace Crammed.Encrypted.Layouts;

/// <summary>A tensor that lies in rows of the example axis of a packed vector: one row for each vector that it is unpacked to.</summary>
/// <param name="Name">of the unpacked tensor</param>
/// <param name="First">its first row</param>
/// <param name="Layout">of the unpacked tensor: its first axis is the example, over which it repeats</param>
public sealed record ExampleRow(string Name, int First, Layout Layout)
{
    /// <summary>The row after its last one.</summary>
    public int End => First + Layout.VectorCount;

    /// <summary>Values of a packed vector, row-major as <see cref="OneTokenLayouts.ExampleRows"/>.</summary>
    /// <param name="grid">the slots</param>
    /// <param name="rows">rows of the packed vector</param>
    /// <param name="parts">each tensor's values of one example, row-major</param>
    public static double[] Pack(SlotGrid grid, int rows, params (ExampleRow Row, IReadOnlyList<double> Values)[] parts)
    {
        var packed = new double[rows * RowSize(grid)];
        foreach (var (row, values) in parts)
        {
            var vectors = row.Layout.Pack([.. Enumerable.Repeat(values, grid.Examples).SelectMany(example => example)]);
            for (var vector = 0; vector < vectors.Length; vector++)
            {
                for (var i = 0; i < RowSize(grid); i++)
                    packed[(row.First + vector) * RowSize(grid) + i] = vectors[vector][SlotOf(grid, i)];
            }
        }
        return packed;
    }

    /// <summary>The values of one example of this tensor from those of a packed vector.</summary>
    public double[] Unpack(SlotGrid grid, IReadOnlyList<double> packed)
    {
        var vectors = new double[Layout.VectorCount][];
        for (var vector = 0; vector < vectors.Length; vector++)
        {
            vectors[vector] = new double[grid.SlotCount];
            for (var i = 0; i < RowSize(grid); i++)
                vectors[vector][SlotOf(grid, i)] = packed[(First + vector) * RowSize(grid) + i];
        }
        var values = Layout.Unpack(vectors);
        return values[..(values.Length / grid.Examples)];
    }

    /// <summary>Tokens and blocks of a row.</summary>
    private static int RowSize(SlotGrid grid) => grid.Tokens * grid.Blocks;

    /// <summary>The slot of the first example for a place in a row.</summary>
    private static int SlotOf(SlotGrid grid, int place) => place / grid.Blocks * grid.TokenStride + place % grid.Blocks;
}

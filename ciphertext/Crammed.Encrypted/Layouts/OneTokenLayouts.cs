namespace Crammed.Encrypted.Layouts;

/// <summary>Layouts of what meets a single token's features; see <see cref="TensorLayouts"/>.</summary>
public static class OneTokenLayouts
{
    /// <summary>[example, head, token]: one vector for each head of a block, repeated over the head's blocks.</summary>
    public static Layout TokenScores(this SlotGrid grid, HeadBlocks heads) => new(
        grid, [TensorLayouts.Examples(grid), AttentionLayouts.Heads(heads), TensorLayouts.Tokens(grid)],
        heads.BlocksPerHead == 1 ? [] : [new LayoutRepetition(1, heads.BlocksPerHead)]);

    /// <summary>[example, head, token], in the first of the head's blocks only.</summary>
    public static Layout TokenScoresOnce(this SlotGrid grid, HeadBlocks heads) => grid.TokenScores(heads) with { Repetitions = [] };

    /// <summary>[example, rank]: one vector a rank, repeated over tokens and blocks.</summary>
    public static Layout RanksPerExample(this SlotGrid grid, int rank) => new(
        grid, [TensorLayouts.Examples(grid), RankAxis(rank)],
        [new LayoutRepetition(1, grid.Blocks), new LayoutRepetition(grid.TokenStride, grid.Tokens)]);

    /// <summary>
    /// [example, rank, feature]: an adapter's factor for each example, one vector a rank, each as <see cref="TensorLayouts.Spread"/>.
    /// </summary>
    /// <exception cref="ArgumentException">the token axis has too few rows</exception>
    public static Layout SpreadFactor(this SlotGrid grid, int rank, FeatureBlocks features, int rowStep)
    {
        var spread = grid.Spread(features, rowStep);
        return spread with { Axes = [spread.Axes[0], RankAxis(rank), spread.Axes[1]] };
    }

    /// <summary>[row, token, block]: rows of the example axis that each hold another tensor, all in one vector.</summary>
    /// <exception cref="ArgumentException">there are fewer examples than rows</exception>
    public static Layout ExampleRows(this SlotGrid grid, int rows) => rows <= grid.Examples
        ? new Layout(
            grid,
            [
                new LayoutAxis("row", rows, [LayoutDigit.InSlots(rows, grid.ExampleStride)]), TensorLayouts.Tokens(grid),
                new LayoutAxis("block", grid.Blocks, [LayoutDigit.InSlots(grid.Blocks, 1)]),
            ],
            [])
        : throw new ArgumentException($"{rows} rows do not fit on {grid.Examples} examples", nameof(rows));

    private static LayoutAxis RankAxis(int rank) =>
        new(TensorLayouts.Rank, rank, [LayoutDigit.AcrossVectors(rank, TensorLayouts.Rank)]);
}

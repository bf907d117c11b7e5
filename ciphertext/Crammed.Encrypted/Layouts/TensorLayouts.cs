namespace Crammed.Encrypted.Layouts;

/// <summary>
/// The layouts that models use. Shapes: activations [example, token, feature], values of one token [example, feature], adapters' factors
/// [rank, feature].
/// </summary>
public static class TensorLayouts
{
    /// <summary>Group axis of features.</summary>
    public const string Feature = "feature";

    /// <summary>Group axis of an adapter's rank.</summary>
    public const string Rank = "rank";

    /// <summary>[example, token, feature]: feature = block * columns + column; the columns run across vectors.</summary>
    public static Layout Features(this SlotGrid grid, FeatureBlocks features) =>
        new(grid, [Examples(grid), Tokens(grid), Across(features)], []);

    /// <summary>[example, token]: one vector, repeated over blocks.</summary>
    public static Layout PerToken(this SlotGrid grid) => new(grid, [Examples(grid), Tokens(grid)], [new LayoutRepetition(1, grid.Blocks)]);

    /// <summary>[example]: one vector, repeated over tokens and blocks.</summary>
    public static Layout PerExample(this SlotGrid grid) => new(
        grid, [Examples(grid)], [new LayoutRepetition(1, grid.Blocks), new LayoutRepetition(grid.TokenStride, grid.Tokens)]);

    /// <summary>[example, token, rank]: one vector a rank, repeated over blocks.</summary>
    public static Layout Ranks(this SlotGrid grid, int rank) => new(
        grid, [Examples(grid), Tokens(grid), new LayoutAxis(Rank, rank, [LayoutDigit.AcrossVectors(rank, Rank)])],
        [new LayoutRepetition(1, grid.Blocks)]);

    /// <summary>[rank, feature]: the vectors of an adapter's factor, repeated over tokens and examples.</summary>
    public static Layout Factor(this SlotGrid grid, int rank, FeatureBlocks features) => new(
        grid, [new LayoutAxis(Rank, rank, [LayoutDigit.AcrossVectors(rank, Rank)]), Across(features)],
        [new LayoutRepetition(grid.ExampleStride, grid.Rows)]);

    /// <summary>[example, feature] of one token, repeated over tokens: the columns run across vectors.</summary>
    public static Layout OneToken(this SlotGrid grid, FeatureBlocks features) => new(
        grid, [Examples(grid), Across(features)], [new LayoutRepetition(grid.TokenStride, grid.Tokens)]);

    /// <summary>[example, feature] of the first token, all other tokens being zero: the columns run across vectors.</summary>
    public static Layout FirstToken(this SlotGrid grid, FeatureBlocks features) => new(grid, [Examples(grid), Across(features)], []);

    /// <summary>[example, feature] of one token in one vector: column c stands at row c * rowStep of the token axis.</summary>
    /// <exception cref="ArgumentException">the token axis has too few rows</exception>
    public static Layout Spread(this SlotGrid grid, FeatureBlocks features, int rowStep) => features.Columns * rowStep <= grid.Tokens
        ? new Layout(
            grid,
            [
                Examples(grid),
                new LayoutAxis(
                    Feature, features.Features,
                    [LayoutDigit.InSlots(features.Blocks, 1), LayoutDigit.InSlots(features.Columns, rowStep * grid.TokenStride)]),
            ],
            [])
        : throw new ArgumentException($"{features.Columns} columns every {rowStep} rows do not fit on {grid.Tokens} rows", nameof(features));

    internal static LayoutAxis Examples(SlotGrid grid) =>
        new("example", grid.Examples, [LayoutDigit.InSlots(grid.Examples, grid.ExampleStride)]);

    internal static LayoutAxis Tokens(SlotGrid grid) => new("token", grid.Tokens, [LayoutDigit.InSlots(grid.Tokens, grid.TokenStride)]);

    private static LayoutAxis Across(FeatureBlocks features) => new(
        Feature, features.Features, [LayoutDigit.InSlots(features.Blocks, 1), LayoutDigit.AcrossVectors(features.Columns, Feature)]);
}

namespace Crammed.Encrypted.Layouts;

/// <summary>How the features of a layout lie: read back from it.</summary>
public static class LayoutFeatures
{
    /// <summary>Blocks and columns of features whose columns run across vectors; null if the last axis is none of this kind.</summary>
    public static FeatureBlocks? FeaturesAcross(this Layout layout) =>
        layout.Axes is [.., { Name: TensorLayouts.Feature, Digits: [{ Stride: 1 } blocks, { Across: TensorLayouts.Feature } columns] }]
            ? new FeatureBlocks(blocks.Size, columns.Size)
            : null;

    /// <summary>Features, and tokens from one column to the next, of a <see cref="TensorLayouts.Spread"/> layout, or null.</summary>
    public static (FeatureBlocks Features, int RowStep)? FeaturesSpread(this Layout layout)
    {
        if (layout.Axes is not [_, { Name: TensorLayouts.Feature, Digits: [{ Stride: 1 } blocks, { Stride: { } stride } columns] }])
            return null;
        var (features, rowStep) = (new FeatureBlocks(blocks.Size, columns.Size), stride / layout.Grid.TokenStride);
        var fits = features.Columns * rowStep <= layout.Grid.Tokens;
        return fits && layout == layout.Grid.Spread(features, rowStep) ? (features, rowStep) : null;
    }
}

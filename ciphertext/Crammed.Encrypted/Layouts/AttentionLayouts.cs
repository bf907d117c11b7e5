using System.Numerics;

namespace Crammed.Encrypted.Layouts;

/// <summary>
/// Offsets between the tokens of a query and a key, split: offset = giant * Babies + baby. Rotations are by giants on one side and by
/// babies on the other, so that there are about twice the square root of the tokens.
/// </summary>
/// <param name="Giants">a power of two</param>
/// <param name="Babies">a power of two</param>
public sealed record TokenOffsets(int Giants, int Babies)
{
    /// <summary>All offsets of a grid's tokens.</summary>
    public static TokenOffsets Of(SlotGrid grid)
    {
        var babies = 1 << BitOperations.Log2((uint)grid.Tokens) / 2;
        return new TokenOffsets(grid.Tokens / babies, babies);
    }
}

/// <summary>Layouts of attention maps.</summary>
public static class AttentionLayouts
{
    /// <summary>Group axis of heads that share a block.</summary>
    public const string Group = "group";

    /// <summary>Group axis of giant offsets.</summary>
    public const string Giant = "giant";

    /// <summary>Group axis of baby offsets.</summary>
    public const string Baby = "baby";

    /// <summary>
    /// [example, token, head, giant, baby]: a value for each pair of tokens. At token t map (g, s) holds the pair of the query at token
    /// t - g * Babies and the key at token t + s, cyclically; it stays rotated in this way, and is used so. One vector for each offset, and
    /// each head of a block; a head of several blocks has its values repeated over them.
    /// </summary>
    public static Layout ScoreMaps(this SlotGrid grid, HeadBlocks heads)
    {
        var offsets = TokenOffsets.Of(grid);
        return new Layout(
            grid,
            [
                TensorLayouts.Examples(grid),
                TensorLayouts.Tokens(grid),
                Heads(heads),
                new LayoutAxis(Giant, offsets.Giants, [LayoutDigit.AcrossVectors(offsets.Giants, Giant)]),
                new LayoutAxis(Baby, offsets.Babies, [LayoutDigit.AcrossVectors(offsets.Babies, Baby)]),
            ],
            heads.BlocksPerHead == 1 ? [] : [new LayoutRepetition(1, heads.BlocksPerHead)]);
    }

    /// <summary>Heads in the slots by their blocks, and across vectors if several share one.</summary>
    internal static LayoutAxis Heads(HeadBlocks heads)
    {
        var inSlots = LayoutDigit.InSlots(heads.Heads / heads.HeadsPerBlock, heads.BlocksPerHead);
        return new LayoutAxis(
            "head", heads.Heads, heads.HeadsPerBlock == 1 ? [inSlots] : [inSlots, LayoutDigit.AcrossVectors(heads.HeadsPerBlock, Group)]);
    }
}

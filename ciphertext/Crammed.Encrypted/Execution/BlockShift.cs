using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// A cyclic shift of the blocks of every row, result[b] = operand[(b + Distance) mod Blocks]: by rotation forward (by Distance) where the
/// block does not wrap around, and by rotation back (by Distance - Blocks) where it does, each under its mask.
/// </summary>
/// <param name="Blocks">blocks of a row</param>
/// <param name="Distance">0 to Blocks - 1</param>
/// <param name="GoesForward">whether any block that is in use comes from ahead</param>
/// <param name="GoesBack">whether any block that is in use wraps around</param>
internal sealed record BlockShift(int Blocks, int Distance, bool GoesForward, bool GoesBack)
{
    /// <summary>Whether masks are needed: with one rotation alone the weights are zero wherever a mask would be.</summary>
    public bool IsMasked => GoesForward && GoesBack;

    /// <summary>The rotations, forward first.</summary>
    public IReadOnlyList<int> Steps => (GoesForward, GoesBack) switch
    {
        (true, true) => [Distance, Distance - Blocks],
        (true, false) => [Distance],
        _ => [Distance - Blocks],
    };

    /// <summary>1 in the blocks that a rotation is for.</summary>
    public double[] Mask(int steps) =>
        [.. Enumerable.Range(0, Blocks).Select(block => block + steps >= 0 && block + steps < Blocks ? 1.0 : 0)];

    /// <summary>The shifts of a linear map whose features fill some of the blocks: without those that lead beyond them.</summary>
    public static IReadOnlyList<BlockShift> Of(LinearMap map, SlotGrid grid)
    {
        var inputs = map.InputBlocks.Max(blocks => blocks.Blocks);
        var outputs = map.OutputBlocks.Max(blocks => blocks.Blocks);
        return
        [
            .. Enumerable.Range(0, grid.Blocks)
                .Select(distance => new BlockShift(
                    grid.Blocks, distance, distance < inputs, distance > 0 && grid.Blocks - distance < outputs))
                .Where(shift => shift.GoesForward || shift.GoesBack),
        ];
    }
}

namespace Crammed.Encrypted.Layouts;

/// <summary>
/// How attention heads lie in features of blocks and columns: several whole blocks to a head, or several heads to a block, one after the other
/// along the columns.
/// </summary>
/// <param name="BlocksPerHead">neighbouring blocks that a head takes, a power of two</param>
/// <param name="HeadsPerBlock">heads that share each of these blocks</param>
public sealed record HeadPlacement(int BlocksPerHead, int HeadsPerBlock)
{
    /// <summary>Columns of one head.</summary>
    public int ColumnsOf(FeatureBlocks features) => features.Columns / HeadsPerBlock;

    /// <summary>Heads in all.</summary>
    public int CountIn(FeatureBlocks features) => features.Blocks / BlocksPerHead * HeadsPerBlock;

    /// <exception cref="ArgumentException">the features do not divide into heads in this way</exception>
    public void Require(FeatureBlocks features)
    {
        if (BlocksPerHead < 1 || HeadsPerBlock < 1 || !int.IsPow2(BlocksPerHead) || features.Blocks % BlocksPerHead != 0
            || features.Columns % HeadsPerBlock != 0)
        {
            throw new ArgumentException($"{features} are not heads of {BlocksPerHead} blocks, {HeadsPerBlock} to a block");
        }
    }
}

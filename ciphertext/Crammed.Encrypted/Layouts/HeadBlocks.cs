using System.Numerics;

namespace Crammed.Encrypted.Layouts;

/// <summary>
/// Attention heads among features in blocks, one head after the other: feature = head * width + feature within the head. A head has one
/// block, or several; or a block has several heads, in different vectors.
/// </summary>
public sealed record HeadBlocks
{
    /// <param name="heads">number of heads</param>
    /// <param name="features">of all heads</param>
    /// <exception cref="ArgumentException">heads end inside blocks and vectors, or a head's blocks are no power of two</exception>
    public HeadBlocks(int heads, FeatureBlocks features)
    {
        (Heads, Features) = (heads, features);
        BlocksPerHead = Math.Max(1, features.Blocks / heads);
        HeadsPerBlock = Math.Max(1, heads / features.Blocks);
        if (heads * BlocksPerHead != features.Blocks * HeadsPerBlock || features.Columns % HeadsPerBlock != 0)
            throw new ArgumentException($"{heads} heads do not divide {features} into whole blocks or vectors", nameof(heads));
        if (!BitOperations.IsPow2(BlocksPerHead))
            throw new ArgumentException($"{heads} heads of {features} have {BlocksPerHead} blocks each, no power of two", nameof(heads));
    }

    public int Heads { get; }

    public FeatureBlocks Features { get; }

    /// <summary>A power of two.</summary>
    public int BlocksPerHead { get; }

    /// <summary>Above 1 only if a head has one block.</summary>
    public int HeadsPerBlock { get; }

    /// <summary>Vectors that a head's features lie in.</summary>
    public int Columns => Features.Columns / HeadsPerBlock;

    public override string ToString() => $"{Heads} heads of {Features}";
}

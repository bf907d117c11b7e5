using System.Numerics;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Models;

/// <summary>The sizes of a <c>crammed-bert-he</c> with adapters on query, key and value, and its two-class head.</summary>
/// <param name="Layers">encoder layers; the last one leaves its first token only</param>
/// <param name="Hidden">width of the stream</param>
/// <param name="Heads">attention heads</param>
/// <param name="GateWidth">width of each half of the gated feed-forward part</param>
/// <param name="KernelPower">k of the kernel (1 + x / 2^k)^(2^k)</param>
/// <param name="Rank">rank of the adapters</param>
/// <param name="HeadProjection">width of the head's first linear layer</param>
/// <param name="HeadHidden">width of its second</param>
public sealed record ModelShape(
    int Layers, int Hidden, int Heads, int GateWidth, int KernelPower, int Rank, int HeadProjection, int HeadHidden)
{
    /// <summary>Width of a head.</summary>
    public int HeadWidth => Hidden / Heads;
}

/// <summary>How a model's features share the blocks and vectors of a grid.</summary>
/// <param name="Stream">the residual stream</param>
/// <param name="Projection">queries, keys, values and the attention's output, heads one after the other</param>
/// <param name="Gate">each half of the gate</param>
/// <param name="BlocksPerHead">blocks that a head takes, 1 if it shares them</param>
/// <param name="HeadsPerBlock">heads that share a block in different vectors, 1 if each has its own</param>
public sealed record ModelPlacement(FeatureBlocks Stream, FeatureBlocks Projection, FeatureBlocks Gate, int BlocksPerHead, int HeadsPerBlock)
{
    /// <summary>
    /// One head a block where there are as many heads as blocks or fewer; several blocks a head where heads are few, several heads a block
    /// where they are many.
    /// </summary>
    /// <exception cref="ArgumentException">a width is no multiple of the blocks, or heads do not share the blocks evenly</exception>
    public static ModelPlacement Of(ModelShape shape, SlotGrid grid)
    {
        var blocksPerHead = grid.Blocks >= shape.Heads ? 1 << BitOperations.Log2((uint)(grid.Blocks / shape.Heads)) : 1;
        var headsPerBlock = (shape.Heads + grid.Blocks - 1) / grid.Blocks;
        var usedBlocks = shape.Heads * blocksPerHead / headsPerBlock;
        Require(shape.Hidden % grid.Blocks == 0, $"hidden {shape.Hidden} is no multiple of {grid.Blocks} blocks");
        Require(shape.GateWidth % grid.Blocks == 0, $"the gate's width {shape.GateWidth} is no multiple of {grid.Blocks} blocks");
        Require(shape.Heads % headsPerBlock == 0, $"{shape.Heads} heads do not share {grid.Blocks} blocks evenly");
        Require(shape.HeadWidth % blocksPerHead == 0, $"a head of {shape.HeadWidth} does not fill {blocksPerHead} blocks evenly");
        return new ModelPlacement(
            new FeatureBlocks(grid.Blocks, shape.Hidden / grid.Blocks),
            new FeatureBlocks(usedBlocks, shape.Hidden / usedBlocks),
            new FeatureBlocks(grid.Blocks, shape.GateWidth / grid.Blocks), blocksPerHead, headsPerBlock);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new ArgumentException(message);
    }
}

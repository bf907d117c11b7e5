using System.Numerics;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Models;

/// <summary>The sizes of a crammed BERT with adapters on query, key and value, and its head.</summary>
/// <param name="Layers">encoder layers; the last one leaves its first token only</param>
/// <param name="Hidden">width of the stream</param>
/// <param name="Heads">attention heads</param>
/// <param name="GateWidth">width of each half of the gated feed-forward part</param>
/// <param name="KernelPower">k of the kernel (1 + x / 2^k)^(2^k), in every layer unless <see cref="KernelPowers"/> says otherwise</param>
/// <param name="Rank">rank of the adapters</param>
/// <param name="HeadProjection">width of the head's first linear layer</param>
/// <param name="HeadHidden">width of its second</param>
/// <param name="Classes">of the task, 0 for scores</param>
public sealed record ModelShape(
    int Layers, int Hidden, int Heads, int GateWidth, int KernelPower, int Rank, int HeadProjection, int HeadHidden, int Classes)
{
    /// <summary>Each layer's k. They differ where kernels stand in for exp, each on the range of its own layer.</summary>
    public ValueList<int> KernelPowers { get; init; } = [.. Enumerable.Repeat(KernelPower, Layers)];

    /// <summary>
    /// Whether norms have weights and biases, as those of checkpoints: weights of norms before frozen matrices are in the matrices, biases
    /// times the matrices are frozen vectors NAME.bias, and those of norms before adapters and of the final norm are frozen vectors too. The
    /// first layer's attention norm is the client's, with both.
    /// </summary>
    public bool HasNormVectors { get; init; }

    /// <summary>Outputs of the head's last layer: one for scores.</summary>
    public int Outputs => Math.Max(1, Classes);

    /// <summary>Width of a head.</summary>
    public int HeadWidth => Hidden / Heads;
}

/// <summary>How a model's features share the blocks and vectors of a grid.</summary>
/// <param name="Stream">the residual stream</param>
/// <param name="Heads">heads in queries, keys, values and the attention's output</param>
/// <param name="Gate">each half of the gate</param>
public sealed record ModelPlacement(FeatureBlocks Stream, HeadBlocks Heads, FeatureBlocks Gate)
{
    /// <summary>
    /// One head a block where there are about as many heads as blocks; several blocks a head, a power of two, where heads are few; several heads
    /// a block where they are many.
    /// </summary>
    /// <exception cref="ArgumentException">a width is no multiple of the blocks, or heads do not share the blocks evenly</exception>
    public static ModelPlacement Of(ModelShape shape, SlotGrid grid)
    {
        var blocksPerHead = grid.Blocks >= shape.Heads ? 1 << BitOperations.Log2((uint)(grid.Blocks / shape.Heads)) : 1;
        var usedBlocks = Math.Min(grid.Blocks, shape.Heads * blocksPerHead);
        return new ModelPlacement(
            Blocks("hidden", shape.Hidden, grid.Blocks),
            new HeadBlocks(shape.Heads, Blocks("hidden", shape.Hidden, usedBlocks)),
            Blocks("gate width", shape.GateWidth, grid.Blocks));
    }

    private static FeatureBlocks Blocks(string name, int width, int blocks) => width % blocks == 0
        ? new FeatureBlocks(blocks, width / blocks)
        : throw new ArgumentException($"{name} {width} is no multiple of {blocks} blocks; use a batch that leaves fewer or more blocks");
}

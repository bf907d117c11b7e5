using System.Numerics;

namespace Crammed.Encrypted.Layouts;

/// <summary>
/// The slots of a vector as tokens x examples x blocks: slot = (token * Examples + example) * Blocks + block. Blocks are innermost, so that a
/// frozen weight, which depends on the block only, has few distinct values in the transform domain; tokens are outermost, so that rotations
/// by whole tokens, and sums over tokens and examples together, are cyclic.
/// </summary>
public sealed record SlotGrid
{
    /// <param name="tokens">length of a sequence, a power of two</param>
    /// <param name="examples">examples of a batch, a power of two</param>
    /// <param name="blocks">blocks of features, a power of two</param>
    /// <exception cref="ArgumentException">a size is not a power of two</exception>
    public SlotGrid(int tokens, int examples, int blocks)
    {
        Tokens = PowerOfTwo(nameof(tokens), tokens);
        Examples = PowerOfTwo(nameof(examples), examples);
        Blocks = PowerOfTwo(nameof(blocks), blocks);
    }

    public int Tokens { get; }

    public int Examples { get; }

    public int Blocks { get; }

    public int SlotCount => Tokens * Examples * Blocks;

    /// <summary>Slots from one token to the next.</summary>
    public int TokenStride => Examples * Blocks;

    /// <summary>Slots from one example to the next.</summary>
    public int ExampleStride => Blocks;

    /// <summary>Rows of blocks: tokens and examples together.</summary>
    public int Rows => Tokens * Examples;

    public override string ToString() => $"{Tokens} tokens x {Examples} examples x {Blocks} blocks";

    private static int PowerOfTwo(string name, int size) => size > 0 && BitOperations.IsPow2(size)
        ? size
        : throw new ArgumentException($"the number of {name} is {size}; it must be a power of two", name);
}

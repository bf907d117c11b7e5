using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Random sizes of a seed: 4 to 16 tokens, 2 to 16 examples, 2 to 8 blocks, not all of them in use.</summary>
internal sealed class RandomShapes
{
    public RandomShapes(int seed)
    {
        Random = new Random(seed);
        Grid = new SlotGrid(4 << Random.Next(3), 2 << Random.Next(4), 2 << Random.Next(3));
    }

    public Random Random { get; }

    public SlotGrid Grid { get; }

    /// <summary>From low to high, both included.</summary>
    public int Between(int low, int high) => Random.Next(low, high + 1);

    /// <summary>Some blocks of 1 to 6 columns.</summary>
    public FeatureBlocks Features() => new(Between(1, Grid.Blocks), Between(1, 6));

    /// <summary>Heads in one of three ways: one block a head, several blocks a head, several heads a block.</summary>
    public HeadBlocks Heads(int way)
    {
        var blocksPerHead = way % 3 == 1 ? 2 << Random.Next(int.Log2(Grid.Blocks)) : 1;
        var headsPerBlock = way % 3 == 2 ? Between(2, 3) : 1;
        var blocks = blocksPerHead * Between(1, Grid.Blocks / blocksPerHead);
        var columns = headsPerBlock * Between(1, 6 / headsPerBlock);
        return new HeadBlocks(blocks / blocksPerHead * headsPerBlock, new FeatureBlocks(blocks, columns));
    }

    /// <summary>Features that fit along the token axis, and rows from one column to the next.</summary>
    public (FeatureBlocks Features, int RowStep) Spread()
    {
        var rowStep = Between(1, 2);
        return (new FeatureBlocks(Between(1, Grid.Blocks), Between(1, Math.Min(6, Grid.Tokens / rowStep))), rowStep);
    }
}

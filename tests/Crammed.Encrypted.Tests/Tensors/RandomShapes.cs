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

    /// <summary>Features that fit along the token axis, and rows from one column to the next.</summary>
    public (FeatureBlocks Features, int RowStep) Spread()
    {
        var rowStep = Between(1, 2);
        return (new FeatureBlocks(Between(1, Grid.Blocks), Between(1, Math.Min(6, Grid.Tokens / rowStep))), rowStep);
    }
}

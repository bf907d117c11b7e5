using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>A random batch.</summary>
/// <param name="Embedding">[example, token, feature], centred over features</param>
/// <param name="Lengths">real tokens of each example</param>
/// <param name="Labels">class of each example, or its score</param>
internal sealed record ReferenceBatch(double[] Embedding, int[] Lengths, double[] Labels)
{
    public static ReferenceBatch Random(Random random, SlotGrid grid, ModelShape shape, int examples)
    {
        var hidden = shape.Hidden;
        var embedding = Normal(random, grid.Tokens * examples * hidden, 1);
        for (var start = 0; start < embedding.Length; start += hidden)
        {
            var mean = embedding.AsSpan(start, hidden).ToArray().Average();
            for (var i = 0; i < hidden; i++)
                embedding[start + i] -= mean;
        }
        return new ReferenceBatch(
            embedding, [.. Enumerable.Range(0, examples).Select(_ => random.Next(grid.Tokens / 2, grid.Tokens + 1))],
            [.. Enumerable.Range(0, examples).Select(_ => shape.Classes == 0 ? random.NextDouble() : random.Next(shape.Classes))]);
    }

    /// <summary>Normal numbers of a standard deviation (Box, Muller 1958).</summary>
    public static double[] Normal(Random random, int count, double size) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
            size * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())),
    ];
}

using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>A random gradient of a result.</summary>
/// <param name="Layout">the result's, or that in parts of sums</param>
/// <param name="Vectors">as a program is given it</param>
/// <param name="Values">what it stands for; sums of parts are rounded</param>
internal sealed record Seed(Layout Layout, double[][] Vectors, Rounded[] Values)
{
    public static Seed Of(Random random, Layout layout, bool unsummed)
    {
        var count = layout.Shape.Aggregate(1, (product, axis) => product * axis);
        if (!unsummed)
        {
            var values = RandomValues.Uniform(random, count);
            return new Seed(layout, layout.Pack(values), [.. values.Select(value => (Rounded)value)]);
        }
        var parts = layout.Pack([.. Enumerable.Repeat(1.0, count)])
            .Select(used => used.Select(one => one * (2 * random.NextDouble() - 1)).ToArray()).ToArray();
        var inParts = layout with { Unsummed = true };
        var copies = layout.Repetitions.Aggregate(1, (product, repetition) => product * repetition.Size);
        var magnitudes = inParts.Unpack([.. parts.Select(vector => vector.Select(Math.Abs).ToArray())]);
        return new Seed(inParts, parts, [.. inParts.Unpack(parts).Zip(magnitudes, (sum, size) => new Rounded(sum, size, copies))]);
    }
}

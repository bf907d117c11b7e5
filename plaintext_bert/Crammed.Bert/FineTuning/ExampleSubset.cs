using Crammed.Text;

namespace Crammed.Bert;

/// <summary>A random part of a split.</summary>
internal static class ExampleSubset
{
    /// <summary>At most so many examples, a subset fixed by the seed, in their order; all where the limit is null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit below 1.</exception>
    public static IReadOnlyList<Example> Of(IReadOnlyList<Example> examples, int? limit, long seed)
    {
        if (limit is not { } count)
            return examples;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(limit));
        if (count >= examples.Count)
            return examples;
        var chosen = new SeededRandom(seed, "exported subset").Permutation(examples.Count).Take(count).Order();
        return [.. chosen.Select(index => examples[index])];
    }
}

using Microsoft.ML.Tokenizers;

namespace Crammed.Text;

/// <summary>Tokenizes a stream of texts on several threads, in order and in bounded memory.</summary>
public static class ParallelTokenizer
{
    /// <summary>Characters taken from the stream at a time: enough work to share, little to hold.</summary>
    private const int BlockCharacters = 1 << 22;

    /// <summary>The items of a stream with the ids of their texts.</summary>
    /// <param name="items">The stream; read by the caller's thread only.</param>
    /// <param name="text">An item's text.</param>
    /// <param name="tokenizer">A tokenizer that is safe for use by several threads, as those of Microsoft.ML.Tokenizers are.</param>
    /// <param name="threads">Threads to use; 0: as many as there are processors.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static IEnumerable<(T Item, int[] Ids)> Encode<T>(
        IEnumerable<T> items, Func<T, string> text, Tokenizer tokenizer, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads,
            CancellationToken = cancellation,
        };
        return Blocks(items, text).SelectMany(block =>
        {
            var encoded = new (T, int[])[block.Count];
            Parallel.For(0, block.Count, options, i => encoded[i] = (block[i], [.. tokenizer.EncodeToIds(text(block[i]))]));
            return encoded;
        });
    }

    private static IEnumerable<List<T>> Blocks<T>(IEnumerable<T> items, Func<T, string> text)
    {
        List<T> block = [];
        long characters = 0;
        foreach (var item in items)
        {
            block.Add(item);
            characters += text(item).Length;
            if (characters < BlockCharacters)
                continue;
            yield return block;
            (block, characters) = ([], 0);
        }
        if (block.Count > 0)
            yield return block;
    }
}

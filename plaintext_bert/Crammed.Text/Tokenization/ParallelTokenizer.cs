using System.Runtime.InteropServices;

namespace Crammed.Text;

/// <summary>Tokenizes a stream of texts on several threads, in order and in bounded memory.</summary>
public static class ParallelTokenizer
{
    /// <summary>Characters taken from the stream at a time: enough work to share, little to hold.</summary>
    private const int BlockCharacters = 1 << 22;

    /// <summary>Texts shorter than this are tokenized together by one thread.</summary>
    private const int RunCharacters = 1 << 15;

    /// <summary>The items of a stream with the ids of their texts, without [CLS] and [SEP].</summary>
    /// <param name="items">The stream; read by the caller's thread only.</param>
    /// <param name="text">An item's text.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="threads">Threads to use; 0: as many as there are processors.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static IEnumerable<(T Item, int[] Ids)> Encode<T>(
        IEnumerable<T> items, Func<T, string> text, BertTokenizer tokenizer, int threads = 0, CancellationToken cancellation = default)
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
        return Blocks(items, text).SelectMany(block => EncodeBlock(block, text, tokenizer, options));
    }

    private static IEnumerable<List<T>> Blocks<T>(IEnumerable<T> items, Func<T, string> text)
    {
        List<T> block = [];
        long characters = 0;
        foreach (T item in items)
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

    private static (T Item, int[] Ids)[] EncodeBlock<T>(
        List<T> block, Func<T, string> text, BertTokenizer tokenizer, ParallelOptions options)
    {
        (T Item, int[] Ids)[] encoded = new (T, int[])[block.Count];
        List<Range> runs = Runs(block, text);
        Parallel.For(0, runs.Count, options, run =>
        {
            List<int> ids = [];
            for (int i = runs[run].Start.Value; i < runs[run].End.Value; i++)
            {
                ids.Clear();
                tokenizer.AppendIds(text(block[i]), ids);
                encoded[i] = (block[i], CollectionsMarshal.AsSpan(ids).ToArray());
            }
        });
        return encoded;
    }

    private static List<Range> Runs<T>(List<T> block, Func<T, string> text)
    {
        List<Range> runs = [];
        int start = 0;
        long characters = 0;
        for (int i = 0; i < block.Count; i++)
        {
            characters += text(block[i]).Length;
            if (characters < RunCharacters && i < block.Count - 1)
                continue;
            runs.Add(start..(i + 1));
            (start, characters) = (i + 1, 0);
        }
        return runs;
    }
}

using Microsoft.ML.Tokenizers;

namespace Crammed.Text;

/// <summary>Builds a BERT's inputs of the ids that any tokenizer of Microsoft.ML.Tokenizers gives.</summary>
/// <param name="tokenizer">Text to ids, without the tokens that the inputs add.</param>
/// <param name="special">The ids of the tokens that the inputs add.</param>
public sealed class InputEncoder(Tokenizer tokenizer, SpecialTokens special)
{
    /// <summary>Takes BERT's own tokenizer.</summary>
    public InputEncoder(BertTokenizer tokenizer)
        : this(tokenizer, tokenizer.Special)
    {
    }

    /// <summary>Text to ids.</summary>
    public Tokenizer Tokenizer => tokenizer;

    /// <summary>The ids of the tokens that the inputs add.</summary>
    public SpecialTokens Special => special;

    /// <summary>
    /// The input of a model for one text or a pair, cut and padded to a length. Cutting is Hugging Face's "longest_first" of its fast
    /// tokenizers: first the longer text down to the other's length, then both to halves, an odd token going to the longer (the second
    /// where they are equal; as in version 0.23, lengths beyond <paramref name="maxLength"/> count as equal). Which text a token belongs
    /// to is known from here on by its type alone: separators may stand in the texts themselves.
    /// </summary>
    /// <param name="first">The first text.</param>
    /// <param name="second">The second text, or null for a single text.</param>
    /// <param name="maxLength">The length of the result, at least the number of special tokens (2, for a pair 3).</param>
    public BertEncoding Encode(string first, string? second, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(first);
        var room = maxLength - (second is null ? 2 : 3);
        ArgumentOutOfRangeException.ThrowIfNegative(room, nameof(maxLength));
        var firstIds = tokenizer.EncodeToIds(first);
        var secondIds = second is null ? [] : tokenizer.EncodeToIds(second);
        var (firstCount, secondCount) = TruncatedLengths(
            Math.Min(firstIds.Count, maxLength), Math.Min(secondIds.Count, maxLength), room);
        List<int> tokens = [special.Classification, .. firstIds.Take(firstCount), special.Separator];
        var secondStart = tokens.Count;
        if (second is not null)
            tokens.AddRange([.. secondIds.Take(secondCount), special.Separator]);

        int[] ids = new int[maxLength], mask = new int[maxLength], types = new int[maxLength];
        tokens.CopyTo(ids);
        ids.AsSpan(tokens.Count).Fill(special.Padding);
        mask.AsSpan(0, tokens.Count).Fill(1);
        types.AsSpan(secondStart..tokens.Count).Fill(1);
        return new BertEncoding(ids, mask, types, tokens.Count);
    }

    private static (int First, int Second) TruncatedLengths(int first, int second, int room)
    {
        if (first + second <= room)
            return (first, second);
        int shorter = Math.Min(first, second), longer = room - shorter;
        if (longer < shorter)
        {
            shorter = room / 2;
            longer = room - shorter;
        }
        return first > second ? (longer, shorter) : (shorter, longer);
    }
}

/// <summary>One input of a BERT model: [CLS] first [SEP], or [CLS] first [SEP] second [SEP], then padding.</summary>
/// <param name="Ids">Token ids, [maxLength].</param>
/// <param name="AttentionMask">1 for a token, 0 for padding, [maxLength].</param>
/// <param name="TokenTypeIds">0 for the first text (with [CLS] and its [SEP]) and for padding, 1 for the second, [maxLength].</param>
/// <param name="TokenCount">How many of the ids are not padding.</param>
public sealed record BertEncoding(int[] Ids, int[] AttentionMask, int[] TokenTypeIds, int TokenCount);

/// <summary>Ids of the tokens that a model's inputs are built with.</summary>
/// <param name="Padding">Fills an input up to its length.</param>
/// <param name="Classification">Starts each input.</param>
/// <param name="Separator">Ends each text of an input.</param>
/// <param name="Mask">Stands for a token to be guessed in pretraining.</param>
public sealed record SpecialTokens(int Padding, int Classification, int Separator, int Mask)
{
    /// <summary>Whether an id is one of these.</summary>
    public bool Contains(int id) => id == Padding || id == Classification || id == Separator || id == Mask;
}

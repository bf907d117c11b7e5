namespace Crammed.Text;

/// <summary>What a <see cref="WordPieceTrainer"/> makes.</summary>
public sealed record WordPieceTrainerOptions
{
    /// <summary>Tokens of the vocabulary, special ones and letters included. Fewer come out where the text has no more to merge.</summary>
    public int VocabularySize { get; init; } = 8192;

    /// <summary>Pairs that occur less often are not merged.</summary>
    public int MinimumFrequency { get; init; } = 2;

    /// <summary>The most frequent characters kept; words with another one are left out, as they will be unknown words.</summary>
    public int AlphabetLimit { get; init; } = 1000;

    /// <summary>How the tokenizer that will use the vocabulary prepares text, and its special tokens.</summary>
    public BertOptions Tokenization { get; init; } = new();
}

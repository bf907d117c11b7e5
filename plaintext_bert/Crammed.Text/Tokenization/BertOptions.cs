namespace Crammed.Text;

/// <summary>
/// How a <see cref="BertTokenizer"/> reads text. The defaults are those of bert-base-uncased. Names are those of
/// Microsoft.ML.Tokenizers.BertOptions where that has the option.
/// </summary>
public sealed record BertOptions
{
    /// <summary>Stands for a word that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; init; } = "[UNK]";

    /// <summary>Ends each text of an input.</summary>
    public string SeparatorToken { get; init; } = "[SEP]";

    /// <summary>Fills an input up to its length.</summary>
    public string PaddingToken { get; init; } = "[PAD]";

    /// <summary>Starts each input.</summary>
    public string ClassificationToken { get; init; } = "[CLS]";

    /// <summary>Stands for a token to be guessed in pretraining.</summary>
    public string MaskingToken { get; init; } = "[MASK]";

    /// <summary>Other tokens that are kept whole where they stand in the text.</summary>
    public IReadOnlyList<string> AdditionalSpecialTokens { get; init; } = [];

    /// <summary>Marks a piece that continues a word.</summary>
    public string ContinuingSubwordPrefix { get; init; } = "##";

    /// <summary>Words of more characters (code points) become <see cref="UnknownToken"/>; up to 10,000.</summary>
    public int MaxInputCharsPerWord { get; init; } = 100;

    /// <summary>Delete control characters, and take all white space as blanks.</summary>
    public bool CleanText { get; init; } = true;

    /// <summary>Lower-case the text.</summary>
    public bool LowerCaseBeforeTokenization { get; init; } = true;

    /// <summary>
    /// Clean the text and split it at punctuation. Without it none of the other preparations is done either: words end at white space.
    /// </summary>
    public bool ApplyBasicTokenization { get; init; } = true;

    /// <summary>Keep special tokens that stand in the text whole, as one id each.</summary>
    public bool SplitOnSpecialTokens { get; init; } = true;

    /// <summary>Make each CJK ideograph a word.</summary>
    public bool IndividuallyTokenizeCjk { get; init; } = true;

    /// <summary>
    /// Strip accents. Null (the default) does as <see cref="LowerCaseBeforeTokenization"/> says, which is Hugging Face's rule
    /// (Microsoft.ML.Tokenizers has false).
    /// </summary>
    public bool? RemoveNonSpacingMarks { get; init; }

    /// <summary>The preparation of text before it is split into words; null: none.</summary>
    internal BertNormalizer? Normalizer() => ApplyBasicTokenization
        ? new(CleanText, IndividuallyTokenizeCjk, RemoveNonSpacingMarks ?? LowerCaseBeforeTokenization, LowerCaseBeforeTokenization)
        : null;

    /// <summary>The splitting into words.</summary>
    internal BertPreTokenizer PreTokenizer() => new(ApplyBasicTokenization);
}

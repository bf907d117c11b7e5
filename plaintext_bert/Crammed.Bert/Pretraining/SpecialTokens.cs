using Crammed.Text;

namespace Crammed.Bert;

/// <summary>Ids of a vocabulary's special tokens.</summary>
internal sealed record SpecialTokens(int Padding, int Classification, int Separator, int Mask)
{
    public static SpecialTokens Of(BertTokenizer tokenizer) =>
        new(tokenizer.PaddingTokenId, tokenizer.ClassificationTokenId, tokenizer.SeparatorTokenId, tokenizer.MaskingTokenId);

    /// <summary>Whether masking leaves this token alone.</summary>
    public bool Contains(int id) => id == Padding || id == Classification || id == Separator || id == Mask;
}

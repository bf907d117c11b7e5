namespace Crammed.Text;

/// <summary>One input of a BERT model: [CLS] first [SEP], or [CLS] first [SEP] second [SEP], then padding.</summary>
/// <param name="Ids">Token ids, [maxLength].</param>
/// <param name="AttentionMask">1 for a token, 0 for padding, [maxLength].</param>
/// <param name="TokenTypeIds">0 for the first text (with [CLS] and its [SEP]) and for padding, 1 for the second, [maxLength].</param>
/// <param name="TokenCount">How many of the ids are not padding.</param>
public sealed record BertEncoding(int[] Ids, int[] AttentionMask, int[] TokenTypeIds, int TokenCount);

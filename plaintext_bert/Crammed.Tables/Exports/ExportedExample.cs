namespace Crammed.Tables;

/// <summary>One example of an exported task.</summary>
/// <param name="Index">Its position in the split it comes from, from 0.</param>
/// <param name="InputIds">Token ids, [token].</param>
/// <param name="AttentionMask">1 for a token, 0 for padding, [token].</param>
/// <param name="Label">The class, from 0, or the score of a regression task.</param>
/// <param name="Embedding">
/// What <see cref="ExportedTaskDescription.Prefix"/> says, row-major [token][hidden]; null where the file has no states.
/// </param>
public sealed record ExportedExample(int Index, int[] InputIds, int[] AttentionMask, double Label, float[]? Embedding)
{
    /// <summary>1 for tokens of a pair's second text, else 0, [token].</summary>
    public int[] TokenTypeIds { get; init; } = new int[InputIds.Length];
}

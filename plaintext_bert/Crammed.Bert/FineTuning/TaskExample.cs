namespace Crammed.Bert;

/// <summary>One padded example.</summary>
/// <param name="Ids">Token ids, [sequence].</param>
/// <param name="Mask">1 for tokens, 0 for padding, [sequence].</param>
/// <param name="Label">Class number or regression value.</param>
/// <param name="Embedding">Output of the model's embedding, row-major [sequence][hidden]; null if it is to be computed.</param>
internal sealed record TaskExample(int[] Ids, float[] Mask, double Label, float[]? Embedding)
{
    /// <summary>1 for tokens of a pair's second text, else 0, [sequence].</summary>
    public int[] TokenTypes { get; init; } = new int[Ids.Length];
}

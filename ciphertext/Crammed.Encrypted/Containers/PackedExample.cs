namespace Crammed.Encrypted.Containers;

/// <summary>One example as it is packed.</summary>
/// <param name="Embedding">[token][feature], row-major.</param>
/// <param name="Mask">1 at real tokens, 0 at padding.</param>
/// <param name="Label">The class, or the score of a task without classes.</param>
public sealed record PackedExample(float[] Embedding, int[] Mask, double Label);

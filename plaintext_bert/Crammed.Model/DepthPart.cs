namespace Crammed.Model;

/// <summary>Levels that a part of a forward pass consumes.</summary>
/// <param name="Layer">Encoder layer, from 0; null for what follows the last one.</param>
/// <param name="Part">As the encrypted circuit books it, such as <c>attention_norm</c>.</param>
/// <param name="Levels">Along the activations, from the part's input to its output.</param>
/// <param name="SideLevels">
/// On one value a token, the argument of a norm's inverse square root: a single vector a batch, which is refreshed on its own.
/// </param>
public sealed record DepthPart(int? Layer, string Part, int Levels, int SideLevels = 0);

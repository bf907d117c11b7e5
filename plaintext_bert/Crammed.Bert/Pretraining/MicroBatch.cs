namespace Crammed.Bert;

/// <summary>What one forward and backward pass takes of a step.</summary>
/// <param name="Sequences">Packed sequences.</param>
/// <param name="Documents">Single documents.</param>
/// <param name="Weight">Its share of the step's loss, above 0, up to 1.</param>
internal readonly record struct MicroBatch(int Sequences, int Documents, double Weight);

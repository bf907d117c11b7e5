namespace Crammed.Model;

/// <summary>Initial values of one trained tensor, row-major.</summary>
public sealed record DrawTensor(string Name, IReadOnlyList<long> Shape, float[] Values);

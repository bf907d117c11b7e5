namespace Crammed.Ckks;

/// <summary>What a part of a bootstrap took.</summary>
/// <param name="Name">the part</param>
/// <param name="Time">wall-clock time</param>
public readonly record struct BootstrapPart(string Name, TimeSpan Time);

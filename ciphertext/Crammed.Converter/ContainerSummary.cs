namespace Crammed.Converter;

/// <summary>What a conversion made.</summary>
/// <param name="Ciphertexts">Ciphertexts written.</param>
/// <param name="Bytes">Bytes of all files.</param>
public sealed record ContainerSummary(int Ciphertexts, long Bytes);

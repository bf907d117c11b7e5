using TorchSharp;

namespace Crammed.Bert;

/// <summary>What an imported model's files do not say.</summary>
public sealed record ImportOptions
{
    /// <summary>Tokens of a sequence; the learned positions beyond are left out.</summary>
    public int SequenceLength { get; init; } = 128;

    /// <summary>
    /// Names of the classifier's outputs in their order, as the files of its task have the labels; null: those of config.json.
    /// </summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>float32, or float64 to compare with other programs.</summary>
    public torch.ScalarType Type { get; init; } = torch.ScalarType.Float32;
}

using Crammed.Encrypted.Containers;

namespace Crammed.Trainer;

/// <summary>Names of the files that the training program writes.</summary>
public static class ResultFiles
{
    /// <summary>Packed trained parameters: one ciphertext.</summary>
    public const string Parameters = ContainerFiles.Parameters;

    /// <summary>Operation counts and times, JSON (<see cref="RunProfile"/>).</summary>
    public const string Profile = "profile.json";

    /// <summary>Logits of a training step before its update, or of an evaluation batch: one ciphertext a class.</summary>
    public static string Logits(int index) => $"logits-{index:D5}.ct";
}

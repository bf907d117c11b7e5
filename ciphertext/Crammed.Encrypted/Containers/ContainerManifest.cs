using System.Text.Json;
using System.Text.Json.Serialization;
using Crammed.Ckks;
using Crammed.Encrypted.Eager;
using Crammed.Model;

namespace Crammed.Encrypted.Containers;

/// <summary>
/// What stands in the clear beside an encrypted container's ciphertexts: sizes, hyperparameters, parameter set. Nothing of the data
/// but how many examples there are.
/// </summary>
public sealed record ContainerManifest
{
    /// <summary>Name of the manifest's file.</summary>
    public const string FileName = "manifest.json";

    private const int CurrentFormat = 2;
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    public int Format { get; init; } = CurrentFormat;

    /// <summary>The id of the secret key that the ciphertexts belong to.</summary>
    public required string KeyId { get; init; }

    /// <summary>Name of the CKKS parameter set.</summary>
    public required string ParameterSet { get; init; }

    /// <summary>Security of the parameter set, in words.</summary>
    public required string Security { get; init; }

    /// <summary>Task whose data this is.</summary>
    public required string Task { get; init; }

    public required FineTuningSettings Settings { get; init; }

    public required FineTuningShape Shape { get; init; }

    /// <summary>Examples in each evaluation batch.</summary>
    public required IReadOnlyList<int> EvaluationBatches { get; init; }

    /// <summary>Slots of the activations under the given parameters: tokens outermost.</summary>
    public SlotLayout Layout(int slotCount)
    {
        if (slotCount % Shape.SequenceLength != 0)
            throw new ArgumentException($"{slotCount} slots cannot hold whole sequences of {Shape.SequenceLength} tokens.");
        return SlotLayout.TokenMajor(slotCount, Shape.SequenceLength);
    }

    /// <summary>Refuses keys that the container's ciphertexts do not belong to.</summary>
    /// <param name="place">the keys' folder or file, for the message</param>
    /// <param name="keyId">their id</param>
    /// <exception cref="KeyMismatchException">they are of another secret key</exception>
    public void RequireKey(string place, KeyId keyId) =>
        KeyMismatchException.ThrowIfDifferent(place, "the encrypted container", Ckks.KeyId.Parse(KeyId), "these keys", keyId);

    /// <summary>The JSON form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    /// <summary>Reads and checks a container's manifest.</summary>
    /// <exception cref="FileNotFoundException">The folder is not a container.</exception>
    /// <exception cref="InvalidDataException">Malformed, another format, or a value out of its range.</exception>
    public static ContainerManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing; '{folder}' is not an encrypted container (make one with 'crammed convert').", path);
        try
        {
            var manifest = JsonSerializer.Deserialize<ContainerManifest>(File.ReadAllText(path), Options)
                ?? throw new InvalidDataException($"{path}: holds null, not a manifest.");
            if (manifest.Format != CurrentFormat)
                throw new InvalidDataException($"{path}: format {manifest.Format}, expected {CurrentFormat}; convert the data again.");
            SettingsRange.Check(manifest.Settings);
            manifest.Shape.Validate();
            if (!Ckks.KeyId.TryParse(manifest.KeyId, out _))
                throw new InvalidDataException($"{path}: key_id is '{manifest.KeyId}', it must be 32 hexadecimal digits.");
            return manifest;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }
}

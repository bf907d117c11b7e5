using System.Text.Json.Serialization;
using Crammed.Ckks;
using Crammed.Files;

namespace Crammed.Encrypted.Containers;

/// <summary>One evaluation key as keys.json lists it.</summary>
/// <param name="Kind">what it is for</param>
/// <param name="Steps">how far a rotation goes to the left; 0 for other kinds</param>
/// <param name="Level">the highest level of a ciphertext that it serves</param>
/// <param name="Bytes">bytes in the file</param>
public sealed record ListedKey(EvaluationKeyKind Kind, int Steps, int Level, long Bytes);

/// <summary>
/// keys.json, what stands beside public keys in the clear: whose they are, of which parameters, for which plans, and every evaluation key
/// with level and size.
/// </summary>
public sealed record KeysManifest
{
    public const string FileName = "keys.json";

    private const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>The id of the secret key that they belong to, as <see cref="Ckks.KeyId.ToString"/> writes it.</summary>
    public required string KeyId { get; init; }

    /// <summary>Name of the CKKS parameter set.</summary>
    public required string ParameterSet { get; init; }

    /// <summary>Security of the parameter set, in words.</summary>
    public required string Security { get; init; }

    /// <summary>SHA-256 of each planned program that the keys were made for; none where they were made for no plan.</summary>
    public required IReadOnlyList<string> Plans { get; init; }

    /// <summary>Every evaluation key, by kind and steps.</summary>
    public required IReadOnlyList<ListedKey> Keys { get; init; }

    /// <summary>The secret key's id.</summary>
    [JsonIgnore]
    public KeyId Owner => Ckks.KeyId.Parse(KeyId);

    /// <summary>Describes keys.</summary>
    /// <param name="owner">the secret key's id</param>
    /// <param name="parameters">the parameter set</param>
    /// <param name="plans">SHA-256 of each planned program that they are for</param>
    /// <param name="keys">the evaluation keys</param>
    public static KeysManifest Of(
        KeyId owner, CkksParameters parameters, IReadOnlyList<string> plans, IEnumerable<EvaluationKeyInfo> keys) =>
        new()
        {
            KeyId = owner.ToString(),
            ParameterSet = parameters.Name,
            Security = parameters.SecurityDescription,
            Plans = plans,
            Keys = [.. keys.Select(key => new ListedKey(key.Kind, key.Steps, key.Level, key.FileBytes))],
        };

    /// <summary>Reads the one of a folder.</summary>
    /// <exception cref="FileNotFoundException">the folder has none</exception>
    /// <exception cref="InvalidDataException">malformed, or of another format; names the file</exception>
    public static KeysManifest Read(string folder) => JsonFile.Read<KeysManifest>(
        Path.Combine(folder, FileName), ManifestJson.Options, "make keys with 'crammed keygen'", manifest => manifest.Check(), maximumBytes: 1 << 24);

    /// <summary>Writes it to a folder, whole or not at all.</summary>
    public void Write(string folder) =>
        AtomicFile.WriteText(Path.Combine(folder, FileName), ManifestJson.Write(this));

    private void Check()
    {
        if (Format != CurrentFormat)
            throw new ArgumentException($"format {Format}, this program reads {CurrentFormat}; make the keys again");
        if (!Ckks.KeyId.TryParse(KeyId, out _))
            throw new ArgumentException($"key_id is '{KeyId}', it must be 32 hexadecimal digits");
    }
}

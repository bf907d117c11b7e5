using Crammed.Files;

namespace Crammed.Encrypted.Containers;

/// <summary>
/// What stands in the clear beside a container's ciphertexts: what it belongs to, by hash, and its files. Nothing of the data but how many
/// examples there are.
/// </summary>
public sealed record EncryptedContainerManifest
{
    public const string FileName = "manifest.json";

    private const int CurrentFormat = 2;
    private const long LongestFile = 1L << 26;
    private const string Advice = "make it again with 'crammed convert'";

    public int Format { get; init; } = CurrentFormat;

    /// <summary><see cref="PlanFolder.Id"/> of the plan that it is packed for.</summary>
    public required string PlanId { get; init; }

    /// <summary>Names the secret key that it is encrypted under.</summary>
    public required string KeyId { get; init; }

    /// <summary>Of the file of initial parameters and batch order.</summary>
    public required string DrawSha256 { get; init; }

    /// <summary>Of the manifest of the exported examples.</summary>
    public required string ExportSha256 { get; init; }

    /// <summary>Whose data this is.</summary>
    public required string Task { get; init; }

    /// <summary>Training batches; none where parameters are evaluated as they are.</summary>
    public required int Steps { get; init; }

    /// <summary>Examples in each batch to evaluate.</summary>
    public required IReadOnlyList<int> EvaluationBatches { get; init; }

    /// <summary>All other files of the folder.</summary>
    public required IReadOnlyList<ContainerFile> Files { get; init; }

    public string ToJson() => ManifestJson.Write(this);

    /// <summary>Reads and checks a container's manifest.</summary>
    /// <exception cref="FileNotFoundException">the folder is no container</exception>
    /// <exception cref="InvalidDataException">malformed, of another format, or a value out of its range; one line</exception>
    public static EncryptedContainerManifest Read(string folder) => JsonFile.Read<EncryptedContainerManifest>(
        Path.Combine(folder, FileName), ManifestJson.Options, $"'{folder}' is no encrypted container (make one with 'crammed convert')", Check,
        LongestFile);

    private static void Check(EncryptedContainerManifest manifest)
    {
        if (manifest.Format != CurrentFormat)
            throw new ArgumentException($"format {manifest.Format}, expected {CurrentFormat}; {Advice}");
        if (manifest.Steps < 0 || manifest.Steps + manifest.EvaluationBatches.Count == 0
            || manifest.EvaluationBatches.Any(examples => examples < 1))
            throw new ArgumentException($"a container has one step or batch or more, and batches of one example or more; {Advice}");
        if (!Ckks.KeyId.TryParse(manifest.KeyId, out _))
            throw new ArgumentException($"key_id is {ErrorText.Quote(manifest.KeyId)}, it must be 32 hexadecimal digits; {Advice}");
        foreach (var file in manifest.Files)
            file.Validate();
        var expected = Enumerable.Range(0, manifest.Steps).Select(EncryptedContainer.BatchFile)
            .Concat(Enumerable.Range(0, manifest.EvaluationBatches.Count).Select(EncryptedContainer.EvaluationFile))
            .Append(EncryptedContainer.StateFile).ToHashSet();
        if (!expected.SetEquals(manifest.Files.Select(file => file.Name)) || manifest.Files.Count != expected.Count)
            throw new ArgumentException($"its files are not those of {manifest.Steps} steps; {Advice}");
    }
}

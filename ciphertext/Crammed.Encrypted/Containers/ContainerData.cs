using Crammed.Ckks;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Layers;
using Crammed.Encrypted.Training;
using Crammed.Files;

namespace Crammed.Encrypted.Containers;

/// <summary>Names of the files in an encrypted container, beside <see cref="ContainerManifest.FileName"/>.</summary>
public static class ContainerFiles
{
    /// <summary>The packed initial parameters: one ciphertext.</summary>
    public const string Parameters = "parameters.ct";

    /// <summary>The public dropout masks of every step, if dropout is on (safetensors).</summary>
    public const string Dropout = "dropout.safetensors";

    /// <summary>Name of the masks' tensor: U8 [steps, layers * 3, batch, sequence, rank].</summary>
    public const string DropoutTensor = "adapter_dropout";

    /// <summary>A step's batch: hidden ciphertexts of features, mask, labels.</summary>
    public static string Batch(int step) => $"batch-{step:D5}.ct";

    /// <summary>A batch to evaluate, as a training batch but with zero labels.</summary>
    public static string Evaluation(int batch) => $"evaluation-{batch:D5}.ct";
}

/// <summary>An encrypted container as training data: all that the training program reads of it.</summary>
public sealed class ContainerData : ITrainingData, IDisposable
{
    private readonly string _folder;
    private readonly CkksParameters _parameters;
    private readonly CkksBackend _backend;
    private readonly ContainerManifest _manifest;
    private readonly AdapterFactorSource _factors;
    private readonly byte[]? _dropout;

    public ContainerData(
        string folder, ContainerManifest manifest, CkksParameters parameters, CkksBackend backend, AdapterFactorSource factors)
    {
        (_folder, _manifest, _parameters, _backend, _factors) = (folder, manifest, parameters, backend, factors);
        _dropout = manifest.Settings.AdapterDropout > 0 ? ReadDropout() : null;
    }

    public SlotVector InitialParameters() => Load(ContainerFiles.Parameters, 1)[0];

    public TrainingBatch Batch(int step) => _dropout is null
        ? Read(ContainerFiles.Batch(step), _factors.WithoutDropout)
        : Read(ContainerFiles.Batch(step), _factors.WithDropout(_dropout.AsSpan(step * MaskBytes, MaskBytes).ToArray())) with { OwnsFactors = true };

    public TrainingBatch Evaluation(int batch) => Read(ContainerFiles.Evaluation(batch), _factors.WithoutDropout);

    public void Dispose() => _factors.Dispose();

    private int MaskBytes => _manifest.Shape.AdapterCount * _manifest.Settings.BatchSize * _manifest.Shape.SequenceLength * _manifest.Settings.Rank;

    private TrainingBatch Read(string file, IReadOnlyList<AdapterFactors> factors)
    {
        var hidden = _manifest.Shape.Hidden;
        var vectors = Load(file, BatchPacker.VectorCount(hidden));
        return new TrainingBatch(vectors[..hidden], vectors[hidden], vectors[hidden + 1], factors);
    }

    private SlotVector[] Load(string file, int count) =>
        [.. CiphertextFile.Read(Path.Combine(_folder, file), _parameters, count).Select(_backend.Load)];

    private byte[] ReadDropout()
    {
        using var file = SafetensorsFile.Open(Path.Combine(_folder, ContainerFiles.Dropout));
        var masks = file.ReadBytes(ContainerFiles.DropoutTensor);
        if (masks.Length != (long)MaskBytes * _manifest.Settings.Steps)
            throw new InvalidDataException($"{file.Path}: {masks.Length} masks, expected {(long)MaskBytes * _manifest.Settings.Steps}.");
        return masks;
    }
}

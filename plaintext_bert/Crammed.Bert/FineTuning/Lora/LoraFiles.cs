using System.Text.Json;
using System.Text.Json.Serialization;
using Crammed.Files;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Adapters in the files that PEFT writes: adapter_config.json, and adapter_model.safetensors with float32 tensors
/// <c>base_model.model.MODULE.lora_A.weight</c> [r, in], <c>.lora_B.weight</c> [out, r], trained biases
/// <c>base_model.model.MODULE.bias</c>, and the classification head, PEFT's modules_to_save, as <c>base_model.model.head.LINEAR.weight</c>
/// [out, in] and <c>.bias</c>.
/// </summary>
public static class LoraFiles
{
    /// <summary>Tensors.</summary>
    public const string Weights = "adapter_model.safetensors";

    /// <summary>Configuration.</summary>
    public const string Configuration = "adapter_config.json";

    internal const string A = "lora_A.weight";
    internal const string B = "lora_B.weight";

    private const string Prefix = "base_model.model.";
    private const string BaseModelKey = "base_model_sha256";
    private const long MaximumConfigurationBytes = 1 << 20;

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    /// <summary>Writes both files, each whole or not at all.</summary>
    /// <param name="folder">Created if missing.</param>
    /// <param name="adapters">Their values, and the biases trained with them, are stored as float32.</param>
    /// <param name="head">The head's tensors [in, out] and [out], by the names of <see cref="TrainedTensorNames"/>.</param>
    /// <param name="baseModel">The model's folder, noted in the configuration.</param>
    /// <param name="baseModelSha256">
    /// Hash of the model's weights (<see cref="Checkpoint.WeightsSha256"/>), noted beside the tensors.
    /// </param>
    public static void Save(
        string folder,
        LoraAdapters adapters,
        IReadOnlyDictionary<string, torch.Tensor> head,
        string baseModel,
        string? baseModelSha256 = null)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentNullException.ThrowIfNull(head);
        Directory.CreateDirectory(folder);
        using var scope = torch.NewDisposeScope();
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", "pt");
        if (baseModelSha256 is not null)
            writer.AddMetadata(BaseModelKey, baseModelSha256);
        foreach (var module in adapters.Modules)
        {
            Add(writer, $"{module}.{A}", adapters[module].A);
            Add(writer, $"{module}.{B}", adapters[module].B);
        }

        foreach (var (name, bias) in adapters.Biases())
            Add(writer, name, bias);
        foreach (var (name, tensor) in head)
            Add(writer, name, tensor.shape.Length == 2 ? tensor.t() : tensor);
        writer.Write(Path.Combine(folder, Weights));
        AtomicFile.WriteText(
            Path.Combine(folder, Configuration),
            JsonSerializer.Serialize(LoraFileConfiguration.Of(adapters.Configuration, baseModel), JsonOptions) + "\n");
    }

    /// <summary>Reads adapters for a model, whose biases are set to those trained with them; and the head into the tensors given.</summary>
    /// <param name="folder">Where both files are.</param>
    /// <param name="model">The base model.</param>
    /// <param name="head">Tensors [in, out] and [out] by the names of <see cref="TrainedTensorNames"/>; overwritten.</param>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// Malformed; another kind of adapter; tensors missing, unknown, of another shape, or not finite.
    /// </exception>
    public static LoraAdapters Load(string folder, BertModel model, IReadOnlyDictionary<string, torch.Tensor> head)
    {
        ArgumentNullException.ThrowIfNull(head);
        var configurationPath = Existing(folder, Configuration);
        using var file = SafetensorsFile.Open(Existing(folder, Weights));
        LoraAdapters adapters;
        try
        {
            adapters = new LoraAdapters(model, ReadConfiguration(configurationPath), seed: 0);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{configurationPath}: {exception.Message}", exception);
        }

        try
        {
            Fill(file, adapters, head);
            return adapters;
        }
        catch
        {
            adapters.Dispose();
            throw;
        }
    }

    /// <summary>Refuses adapters that are known to be for another model; those of other programs do not say it.</summary>
    /// <param name="folder">Where both files are.</param>
    /// <param name="modelFolder">The base model's checkpoint.</param>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    /// <exception cref="InvalidDataException">The adapters were trained on other weights.</exception>
    public static void RequireBaseModel(string folder, string modelFolder)
    {
        using var file = SafetensorsFile.Open(Existing(folder, Weights));
        if (file.Metadata.TryGetValue(BaseModelKey, out var sha256) && sha256 != Checkpoint.WeightsSha256(modelFolder))
        {
            throw new InvalidDataException(
                $"{file.Path}: was trained on another model than {modelFolder}; give the model that it was trained on");
        }
    }

    private static void Fill(SafetensorsFile file, LoraAdapters adapters, IReadOnlyDictionary<string, torch.Tensor> head)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var targets = new Dictionary<string, torch.Tensor>(StringComparer.Ordinal);
        foreach (var module in adapters.Modules)
        {
            targets[$"{Prefix}{module}.{A}"] = adapters[module].A;
            targets[$"{Prefix}{module}.{B}"] = adapters[module].B;
        }

        foreach (var (name, bias) in adapters.Biases())
            targets[Prefix + name] = bias;
        foreach (var (name, tensor) in head)
            targets[Prefix + name] = tensor.shape.Length == 2 ? tensor.t() : tensor;
        if (file.Names.FirstOrDefault(name => !targets.ContainsKey(name)) is { } unknown)
            throw new InvalidDataException($"{file.Path}: tensor '{unknown}' belongs to no module with an adapter and to no head");
        // All are read before any is set, so that a damaged file leaves the model alone.
        var values = targets.ToDictionary(target => target.Key, target => file.ReadFiniteFloat32(target.Key, target.Value.shape));
        foreach (var (name, target) in targets)
            target.copy_(torch.tensor(values[name], target.shape));
    }

    private static LoraConfiguration ReadConfiguration(string path)
    {
        if (new FileInfo(path).Length > MaximumConfigurationBytes)
            throw new InvalidDataException($"{path}: longer than {MaximumConfigurationBytes} bytes");
        try
        {
            var read = JsonSerializer.Deserialize<LoraFileConfiguration>(File.ReadAllText(path), JsonOptions)
                ?? throw new InvalidDataException($"{path}: holds null, not a configuration");
            return read.ToConfiguration(path);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }

    private static void Add(SafetensorsWriter writer, string name, torch.Tensor tensor) =>
        writer.AddFloat32(Prefix + name, tensor.shape, tensor.ToFloat32Array());

    private static string Existing(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path}: not found; adapters are a folder with {Weights} and {Configuration}", path);
    }
}

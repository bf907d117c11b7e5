using System.Text.Json;
using System.Text.Json.Serialization;
using Crammed.Files;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Adapters in the files that PEFT writes: adapter_config.json, and adapter_model.safetensors with float32 tensors
/// <c>base_model.model.MODULE.lora_A.weight</c> [r, in], <c>.lora_B.weight</c> [out, r], trained biases
/// <c>base_model.model.MODULE.bias</c>, and the classification head, PEFT's modules_to_save, as <c>base_model.model.head.LINEAR.weight</c>
/// [out, in] and <c>.bias</c>. Adapters of an imported model may have transformers' names (<see cref="LoraNames"/>), and its pooler.
/// </summary>
public static class LoraFiles
{
    /// <summary>Tensors.</summary>
    public const string Weights = "adapter_model.safetensors";

    /// <summary>Configuration.</summary>
    public const string Configuration = "adapter_config.json";

    internal const string A = "lora_A.weight";
    internal const string B = "lora_B.weight";

    private const string BaseModelKey = "base_model_sha256";
    private const string LabelsKey = "labels";
    private const string WhenMissing = $"adapters are a folder with {Weights} and {Configuration}";

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
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
    /// <param name="labels">The labels that the head's outputs stand for, in their order, noted likewise.</param>
    public static void Save(
        string folder,
        LoraAdapters adapters,
        IReadOnlyDictionary<string, torch.Tensor> head,
        string baseModel,
        string? baseModelSha256 = null,
        IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentNullException.ThrowIfNull(head);
        Directory.CreateDirectory(folder);
        using var scope = torch.NewDisposeScope();
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", "pt");
        if (baseModelSha256 is not null)
            writer.AddMetadata(BaseModelKey, baseModelSha256);
        if (labels is not null)
            writer.AddMetadata(LabelsKey, JsonSerializer.Serialize(labels));
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
    /// <param name="baseHead">
    /// The head that the model was imported with: where the files have no pooler, it is this one's, as PEFT leaves out what it did not
    /// train.
    /// </param>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// Malformed; another kind of adapter, or a setting that is not supported; tensors missing, unknown, of another shape, or not finite.
    /// </exception>
    public static LoraAdapters Load(
        string folder, BertModel model, IReadOnlyDictionary<string, torch.Tensor> head, TrainedWeights? baseHead = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(head);
        var path = Path.Combine(folder, Configuration);
        using var file = SafetensorsFile.Open(Existing(folder, Weights));
        var configuration = JsonFile.Read<LoraFileConfiguration>(path, JsonOptions, WhenMissing, read => read.Validate());
        var names = new LoraNames(model.Configuration.Layers, file.Names);
        LoraAdapters? adapters = null;
        try
        {
            var modules = LoraAdapters.LinearModules(model).Keys.ToDictionary(names.Written, StringComparer.Ordinal);
            var settings = configuration.Targeted([.. modules.Keys]).ToDictionary(name => modules[name], configuration.SettingsOf);
            adapters = new LoraAdapters(model, configuration.ToConfiguration(settings), seed: 0);
            Fill(file, names, adapters, settings, head, baseHead);
            return adapters;
        }
        catch (ArgumentException exception)
        {
            adapters?.Dispose();
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
        catch
        {
            adapters?.Dispose();
            throw;
        }
    }

    /// <summary>Refuses adapters that are known to be for another model or other labels; those of other programs do not say it.</summary>
    /// <param name="folder">Where both files are.</param>
    /// <param name="modelFolder">The base model's checkpoint.</param>
    /// <param name="labels">The task's, in the order of its classes.</param>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    /// <exception cref="InvalidDataException">The adapters were trained on other weights, or for other labels.</exception>
    public static void RequireFits(string folder, string modelFolder, IReadOnlyList<string> labels)
    {
        using var file = SafetensorsFile.Open(Existing(folder, Weights));
        if (file.Metadata.TryGetValue(BaseModelKey, out var sha256) && sha256 != Checkpoint.WeightsSha256(modelFolder))
        {
            throw new InvalidDataException(
                $"{file.Path}: was trained on another model than {modelFolder}; give the model that it was trained on");
        }

        var own = file.Metadata.ContainsKey(LabelsKey)
            ? file.ParseMetadata(LabelsKey, json => JsonSerializer.Deserialize<string[]>(json))
            : null;
        // Where there are more or fewer, the head's shapes tell.
        if (own?.Length == labels.Count && !own.SequenceEqual(labels))
        {
            throw new InvalidDataException(
                $"{file.Path}: was trained for the labels {string.Join(", ", own)}, and the task has {string.Join(", ", labels)}, "
                + "in this order");
        }
    }

    /// <summary>
    /// Where each tensor of the file goes, by our name with the prefix, and what it is multiplied by. An adapter with a rank below the
    /// greatest fills a part, the rest of B staying zero; where its factor is another than that of them all, B makes up for it.
    /// </summary>
    private static Dictionary<string, (torch.Tensor Tensor, double Factor)> Targets(
        LoraAdapters adapters, Dictionary<string, (int Rank, double Factor)> settings, IReadOnlyDictionary<string, torch.Tensor> head)
    {
        var targets = new Dictionary<string, (torch.Tensor Tensor, double Factor)>(StringComparer.Ordinal);
        foreach (var (module, (rank, factor)) in settings)
        {
            targets[$"{LoraNames.Prefix}{module}.{A}"] = (adapters[module].A.narrow(0, 0, rank), 1);
            targets[$"{LoraNames.Prefix}{module}.{B}"] = (adapters[module].B.narrow(1, 0, rank), factor / adapters.Configuration.Scaling);
        }

        foreach (var (name, bias) in adapters.Biases())
            targets[LoraNames.Prefix + name] = (bias, 1);
        foreach (var (name, tensor) in head)
            targets[LoraNames.Prefix + name] = (tensor.shape.Length == 2 ? tensor.t() : tensor, 1);
        return targets;
    }

    private static void Fill(
        SafetensorsFile file,
        LoraNames names,
        LoraAdapters adapters,
        Dictionary<string, (int Rank, double Factor)> settings,
        IReadOnlyDictionary<string, torch.Tensor> head,
        TrainedWeights? baseHead)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var targets = Targets(adapters, settings, head);
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in file.Names)
        {
            if (!targets.ContainsKey(names.Own(name)))
                throw new InvalidDataException($"{file.Path}: tensor '{name}' belongs to no module with an adapter and to no head");
            if (!stored.TryAdd(names.Own(name), name))
                throw new InvalidDataException($"{file.Path}: has '{stored[names.Own(name)]}' and '{name}', which say the same");
        }

        // All are read before any is set, so that a damaged file leaves the model alone.
        var values = targets.Where(target => stored.ContainsKey(target.Key)).ToDictionary(
            target => target.Key, target => file.ReadFiniteFloat32(stored[target.Key], target.Value.Tensor.shape));
        var fromBase = baseHead?.Values.Where(value => head.TryGetValue(value.Key, out var tensor)
            && tensor.numel() == value.Value.Length
            && !value.Key.StartsWith("head.classifier", StringComparison.Ordinal)
            && !values.ContainsKey(LoraNames.Prefix + value.Key)).ToList() ?? [];
        if (targets.Keys.Except(values.Keys).Except(fromBase.Select(value => LoraNames.Prefix + value.Key)).FirstOrDefault() is { } missing)
        {
            throw new InvalidDataException(
                $"{file.Path}: tensor '{missing}' is missing"
                + (missing.StartsWith(LoraNames.Prefix + "head.", StringComparison.Ordinal)
                    ? "; without the whole head, merge the adapters in PEFT (merge_and_unload), save the model and import it"
                    : ""));
        }

        foreach (var (name, value) in values)
        {
            var (tensor, factor) = targets[name];
            tensor.copy_(torch.tensor(Array.ConvertAll(value, number => (float)(number * factor)), tensor.shape));
        }

        foreach (var (name, value) in fromBase)
            head[name].copy_(torch.tensor(value, head[name].shape));
    }

    private static void Add(SafetensorsWriter writer, string name, torch.Tensor tensor) =>
        writer.AddFloat32(LoraNames.Prefix + name, tensor.shape, tensor.ToFloat32Array());

    private static string Existing(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path}: not found; {WhenMissing}", path);
    }
}

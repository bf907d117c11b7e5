using Crammed.Files;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Saves and loads models; <see cref="CheckpointFiles"/> says what a checkpoint holds.
/// </summary>
public static class Checkpoint
{
    /// <summary>
    /// Writes a complete checkpoint or nothing: the files are written into a folder beside the target, which then takes its name.
    /// An older checkpoint of that name is replaced.
    /// </summary>
    /// <param name="model">Its weights are stored as float32.</param>
    /// <param name="tokenizer">That which the model was trained with.</param>
    /// <param name="folder">Target folder; its parent is created if missing.</param>
    /// <param name="calibration">Optional ranges.</param>
    public static void Save(BertModel model, BertTokenizer tokenizer, string folder, Calibration? calibration = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        AtomicFolder.Write(folder, staging =>
        {
            WriteWeights(model, Path.Combine(staging, CheckpointFiles.Weights));
            File.WriteAllText(Path.Combine(staging, CheckpointFiles.Configuration), model.Configuration.ToJson() + "\n");
            tokenizer.Save(staging);
            calibration?.Write(Path.Combine(staging, CheckpointFiles.Calibration));
        });
    }

    /// <summary>Loads a model.</summary>
    /// <param name="folder">A folder that <see cref="Save"/> wrote.</param>
    /// <param name="dtype">float32 or float64.</param>
    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">Malformed configuration or weights; missing, unknown or wrongly shaped tensors.</exception>
    public static BertModel Load(string folder, torch.ScalarType dtype = torch.ScalarType.Float32)
    {
        var configuration = BertConfiguration.Read(Existing(folder, CheckpointFiles.Configuration));
        using var file = SafetensorsFile.Open(Existing(folder, CheckpointFiles.Weights));
        var model = new BertModel(configuration, seed: 0, dtype);
        var parameters = model.named_parameters().ToDictionary(
            parameter => parameter.Item1, parameter => parameter.Item2, StringComparer.Ordinal);
        if (file.Names.FirstOrDefault(name => !parameters.ContainsKey(name)) is { } unknown)
            throw new InvalidDataException(
                $"{file.Path}: tensor '{unknown}' does not belong to the model that {CheckpointFiles.Configuration} describes");
        using var noGradient = torch.no_grad();
        foreach (var (name, parameter) in parameters)
        {
            using var values = torch.tensor(file.ReadFiniteFloat32(name, parameter.shape), parameter.shape);
            parameter.copy_(values);
        }

        return model;
    }

    /// <summary>Loads the tokenizer of a model, with its settings.</summary>
    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">Malformed files, or more tokens than the model knows.</exception>
    public static BertTokenizer Tokenizer(string folder)
    {
        var vocabulary = Existing(folder, CheckpointFiles.Vocabulary);
        var known = BertConfiguration.Read(Existing(folder, CheckpointFiles.Configuration)).VocabularySize;
        var tokenizer = BertTokenizer.Load(vocabulary);
        return tokenizer.Vocabulary.Count <= known
            ? tokenizer
            : throw new InvalidDataException($"{vocabulary}: {tokenizer.Vocabulary.Count} tokens, the model knows {known}");
    }

    /// <summary>SHA-256 of a checkpoint's weights file, in lower-case hexadecimal; exported data names the model by it.</summary>
    public static string WeightsSha256(string folder) => FileHash.Sha256(Existing(folder, CheckpointFiles.Weights));

    private static string Existing(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"{path}: not found; a checkpoint folder holds {CheckpointFiles.Weights}, {CheckpointFiles.Configuration} and {CheckpointFiles.Vocabulary}", path);
    }

    private static void WriteWeights(BertModel model, string path)
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", "crammed-bert/1");
        foreach (var (name, parameter) in model.named_parameters())
            writer.AddFloat32(name, parameter.shape, parameter.ToFloat32Array());
        writer.Write(path);
    }
}

using Crammed.Bert;
using Crammed.Model;
using Crammed.Trainer;

namespace Crammed.Cli.Stages;

/// <summary>Adapters and head of whichever run: of a draw, of a training on ciphertexts, or of fine-tuning from text.</summary>
/// <param name="Weights">In a draw's form; null: <paramref name="Tuned"/> has them.</param>
/// <param name="Tuned">Folder TASK/seed-N of fine-tuning from text; null: the weights are given.</param>
/// <param name="Path">Where they come from.</param>
internal sealed record TrainedRun(TrainedWeights? Weights, string? Tuned, string Path)
{
    /// <summary>Where training on ciphertexts of one command has its results, in the task's folder.</summary>
    private const string Encrypted = "encrypted";

    /// <summary>Finds what a path names.</summary>
    /// <param name="path">A file of adapters, or a run's folder.</param>
    /// <exception cref="FileNotFoundException">There are none.</exception>
    /// <exception cref="InvalidDataException">They are malformed.</exception>
    public static TrainedRun Open(string path)
    {
        if (!Directory.Exists(path))
            return Of(path);
        string encrypted = Within(path, Encrypted, StageFiles.Adapters), own = Within(path, StageFiles.Adapters);
        if (File.Exists(encrypted))
            return Of(encrypted);
        if (Directory.Exists(Within(path, StageFiles.Model)) || (File.Exists(Within(path, LoraFiles.Configuration)) && !File.Exists(own)))
            return new TrainedRun(null, path, path);
        if (File.Exists(own))
            return Of(own);
        var hint = Directory.Exists(Within(path, RunFiles.States))
            ? $"its state is encrypted; crammed finetune fhe=execute decrypts it to {StageFiles.Adapters}"
            : "name a file of adapters, the folder TASK/seed-N of crammed finetune mode=lora or mode=full, or that of an encrypted run or its task";
        throw new FileNotFoundException($"{path}: has no trained adapters; {hint}", path);
    }

    /// <summary>The checkpoint that they need: their own, if every weight was trained.</summary>
    public string ModelFolderOf(string baseModel) => Tuned is null ? baseModel : TunedFolder.ModelFolderOf(Tuned, baseModel);

    /// <summary>In a draw's form, which a plan's programs take.</summary>
    /// <param name="modelFolder">The checkpoint.</param>
    /// <param name="classes">Of the task.</param>
    /// <param name="labels">Of the task.</param>
    /// <exception cref="InvalidDataException">They have no such form; says why.</exception>
    public TrainedWeights InDrawForm(string modelFolder, int classes, IReadOnlyList<string> labels)
    {
        if (Weights is { } weights)
        {
            return weights.HasAdapters
                ? weights.InOrderOf(labels, Path)
                : throw new InvalidDataException($"{Path}: a head without adapters; programs evaluate adapters on query, key and value, and a head");
        }
        if (Directory.Exists(Within(Tuned!, StageFiles.Model)))
        {
            throw new InvalidDataException(
                $"{Tuned}: every weight was trained, and a plan's programs take a frozen model with adapters; give those of mode=lora");
        }
        using var model = Checkpoint.Load(modelFolder);
        using var classifier = TunedFolder.Load(Tuned!, modelFolder, model, classes, labels);
        return classifier.WeightsInDrawForm(labels)
            ?? throw new InvalidDataException(
                $"{Tuned}: programs evaluate adapters of one rank and alpha on query, key and value of every layer, without trained biases; "
                + "train such ones");
    }

    private static string Within(params string[] names) => System.IO.Path.Combine(names);

    private static TrainedRun Of(string file) => new(WeightFiles.ReadAdapters(file), null, file);
}

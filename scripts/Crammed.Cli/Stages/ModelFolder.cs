using Crammed.Bert;
using Crammed.Model;
using TorchSharp;

namespace Crammed.Cli.Stages;

/// <summary>A checkpoint as stages read it.</summary>
internal static class ModelFolder
{
    /// <summary>The configuration alone.</summary>
    /// <exception cref="FileNotFoundException">There is none in the folder.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static BertConfiguration Configuration(string folder) =>
        BertConfiguration.Read(Existing(folder, CheckpointFiles.Configuration));

    /// <summary>Loads the encoder that a draw or weights are for; the head's sizes are theirs.</summary>
    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">Malformed files.</exception>
    /// <exception cref="ArgumentException">The sizes are those of another encoder.</exception>
    public static BertModel Load(string folder, FineTuningShape shape, torch.ScalarType dtype)
    {
        shape.RequireFits(Configuration(folder));
        return Checkpoint.Load(folder, dtype);
    }

    private static string Existing(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"{path}: not found; a model is a folder that crammed pretrain wrote, such as outputs/pretrain/model", path);
    }
}

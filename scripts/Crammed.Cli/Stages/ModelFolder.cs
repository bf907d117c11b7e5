using System.Security.Cryptography;
using Crammed.Bert;
using Crammed.Model;
using TorchSharp;

namespace Crammed.Cli.Stages;

/// <summary>A checkpoint as stages read it: its weights may serve a head of other sizes than it was saved with.</summary>
internal static class ModelFolder
{
    /// <summary>The configuration alone.</summary>
    /// <exception cref="FileNotFoundException">There is none in the folder.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static BertConfiguration Configuration(string folder) =>
        BertConfiguration.Read(Existing(folder, CheckpointFiles.Configuration));

    /// <summary>Loads the encoder for a head of given sizes; the encoder itself does not depend on them.</summary>
    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">Malformed files.</exception>
    /// <exception cref="ArgumentException">The sizes are those of another encoder.</exception>
    public static BertModel Load(string folder, FineTuningShape shape, torch.ScalarType dtype)
    {
        var loaded = Checkpoint.Load(folder, dtype);
        var configuration = WithHead(loaded.Configuration, shape);
        if (configuration == loaded.Configuration)
            return loaded;
        using (loaded)
        {
            var model = new BertModel(configuration, seed: 0, dtype);
            model.load_state_dict(loaded.state_dict());
            return model;
        }
    }

    /// <summary>A configuration with the head's sizes of a plan.</summary>
    /// <exception cref="ArgumentException">The sizes are those of another encoder.</exception>
    public static BertConfiguration WithHead(BertConfiguration configuration, FineTuningShape shape)
    {
        var changed = configuration with { HeadProjection = shape.HeadProjection, HeadHidden = shape.HeadHidden, Classes = shape.Classes };
        shape.RequireFits(changed);
        return changed;
    }

    /// <summary>SHA-256 of the vocabulary, in lower-case hexadecimal.</summary>
    public static string VocabularySha256(string folder)
    {
        using var stream = File.OpenRead(Existing(folder, CheckpointFiles.Vocabulary));
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string Existing(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path}: not found; a model is a folder that crammed pretrain wrote, such as outputs/pretrain/model", path);
    }
}

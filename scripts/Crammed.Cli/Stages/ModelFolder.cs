using System.Security.Cryptography;
using Crammed.Bert;
using Crammed.Model;
using Crammed.Text;
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

    /// <summary>The tokenizer of a model.</summary>
    /// <exception cref="FileNotFoundException">There is no vocabulary in the folder.</exception>
    /// <exception cref="InvalidDataException">It is malformed, or has more tokens than the model knows.</exception>
    public static BertTokenizer Tokenizer(string folder)
    {
        string vocabulary = Existing(folder, CheckpointFiles.Vocabulary);
        var tokenizer = BertTokenizer.Create(vocabulary);
        int known = Configuration(folder).VocabularySize;
        return tokenizer.Vocabulary.Count <= known
            ? tokenizer
            : throw new InvalidDataException($"{vocabulary}: {tokenizer.Vocabulary.Count} tokens, the model knows {known}");
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
            : throw new FileNotFoundException(
                $"{path}: not found; a model is a folder that crammed pretrain wrote, such as outputs/pretrain/model", path);
    }
}

using Crammed.Encrypted.Containers;
using Crammed.Tables;

namespace Crammed.Converter;

/// <summary>Exported examples of one split, in the order of the export.</summary>
public sealed class EncryptableSplit
{
    private EncryptableSplit(ExportedTaskDescription description, IReadOnlyList<PackedExample> examples)
    {
        Description = description;
        Examples = examples;
    }

    public ExportedTaskDescription Description { get; }

    public IReadOnlyList<PackedExample> Examples { get; }

    /// <summary>Reads a folder that <c>crammed export-glue</c> wrote.</summary>
    /// <exception cref="FileNotFoundException">No such folder.</exception>
    /// <exception cref="InvalidDataException">Malformed, or without embeddings.</exception>
    public static EncryptableSplit Read(string path)
    {
        var reader = ExportedTaskReader.Open(path);
        var description = reader.Description;
        if (description.Hidden == 0)
            throw new InvalidDataException($"{path}: has no embeddings; export the task again with a model.");
        return new EncryptableSplit(
            description,
            [.. reader.Examples().Select(example => new PackedExample(example.Embedding!, example.AttentionMask, example.Label))]);
    }
}

using Crammed.Text.Parquet;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// One split of a fine-tuning task in memory: token ids, attention masks, labels and, if the export has them, embeddings. An example with
/// embeddings takes sequence * hidden * 4 bytes.
/// </summary>
public sealed class TaskData
{
    private readonly List<TaskExample> examples;

    internal TaskData(string source, int sequenceLength, int classes, List<TaskExample> examples)
    {
        Source = source;
        SequenceLength = sequenceLength;
        Classes = classes;
        this.examples = examples;
    }

    /// <summary>Reads a file of exported fine-tuning data.</summary>
    /// <exception cref="InvalidDataException">The file is malformed; names row, column and value.</exception>
    public static TaskData Read(string path)
    {
        using var reader = ExportedTaskReader.Open(path);
        var examples = reader.Examples()
            .Select(example => new TaskExample(
                example.InputIds, Array.ConvertAll(example.AttentionMask, mask => (float)mask), example.Label, example.Embedding))
            .ToList();
        return new TaskData(path, reader.Description.SequenceLength, reader.Description.Classes, examples);
    }

    /// <summary>Where the data came from, for messages.</summary>
    public string Source { get; }

    public int SequenceLength { get; }

    /// <summary>Classes of the task; 0 for regression.</summary>
    public int Classes { get; }

    public int Count => examples.Count;

    internal TaskExample this[int index] => examples[index];

    /// <summary>Labels in order.</summary>
    public double[] Labels() => [.. examples.Select(example => example.Label)];

    /// <summary>Attention masks [n, sequence] of the chosen examples.</summary>
    internal torch.Tensor Masks(ReadOnlySpan<long> indices, torch.ScalarType dtype)
    {
        var values = new float[indices.Length * SequenceLength];
        for (var i = 0; i < indices.Length; i++)
            examples[(int)indices[i]].Mask.CopyTo(values, i * SequenceLength);
        return torch.tensor(values, [indices.Length, SequenceLength]).to(dtype);
    }

    /// <summary>Token ids [n, sequence], int64.</summary>
    internal torch.Tensor Ids(ReadOnlySpan<long> indices)
    {
        var values = new long[indices.Length * SequenceLength];
        for (var i = 0; i < indices.Length; i++)
        {
            var ids = examples[(int)indices[i]].Ids;
            for (var j = 0; j < SequenceLength; j++)
                values[(i * SequenceLength) + j] = ids[j];
        }

        return torch.tensor(values, [indices.Length, SequenceLength]);
    }

    /// <summary>Embeddings [n, sequence, hidden]: the stored ones, or the model's own if the data has none.</summary>
    internal torch.Tensor Embeddings(ReadOnlySpan<long> indices, BertModel model)
    {
        if (examples[(int)indices[0]].Embedding is null)
            return model.Embed(Ids(indices)).detach();
        var size = SequenceLength * model.Configuration.Hidden;
        var values = new float[indices.Length * size];
        for (var i = 0; i < indices.Length; i++)
            examples[(int)indices[i]].Embedding!.CopyTo(values, i * size);
        return torch.tensor(values, [indices.Length, SequenceLength, model.Configuration.Hidden]).to(model.ScalarType);
    }

    /// <summary>Labels [n]: int64 classes, or values of the given type for regression.</summary>
    internal torch.Tensor LabelTensor(ReadOnlySpan<long> indices, torch.ScalarType dtype)
    {
        var values = new double[indices.Length];
        for (var i = 0; i < indices.Length; i++)
            values[i] = examples[(int)indices[i]].Label;
        return torch.tensor(values).to(Classes == 0 ? dtype : torch.ScalarType.Int64);
    }

    /// <summary>Refuses data that does not fit a model and a head.</summary>
    /// <exception cref="ArgumentException">Sequence length, width, classes or token ids differ; the message says which.</exception>
    internal void RequireFits(BertConfiguration configuration, int classes)
    {
        if (SequenceLength != configuration.SequenceLength)
            throw new ArgumentException($"{Source}: sequence length {SequenceLength}, the model has {configuration.SequenceLength}");
        if (Classes != classes)
            throw new ArgumentException($"{Source}: {Classes} classes, plan or head have {classes}; draw a plan for {Classes} classes");
        if (examples.Count == 0)
            throw new ArgumentException($"{Source}: no examples");
        foreach (var example in examples)
        {
            if (example.Embedding is { } embedding && embedding.Length / SequenceLength is var width && width != configuration.Hidden)
            {
                throw new ArgumentException(
                    $"{Source}: embeddings of width {width}, the model has {configuration.Hidden}; export the task with this model");
            }

            if (example.Ids.FirstOrDefault(id => id < 0 || id >= configuration.VocabularySize) is var bad and not 0)
                throw new ArgumentException(
                    $"{Source}: token id {bad} is outside the model's vocabulary of {configuration.VocabularySize}");
        }
    }
}

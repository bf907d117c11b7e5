using Crammed.Tables;
using Crammed.Text;
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

    /// <summary>Reads a folder of exported fine-tuning data.</summary>
    /// <exception cref="InvalidDataException">It is malformed; names row, column and value.</exception>
    public static TaskData Read(string folder)
    {
        var reader = ExportedTaskReader.Open(folder);
        var examples = reader.Examples()
            .Select(example => new TaskExample(
                example.InputIds, Array.ConvertAll(example.AttentionMask, mask => (float)mask), example.Label, example.Embedding))
            .ToList();
        return new TaskData(folder, reader.Description.SequenceLength, reader.Description.Classes, examples);
    }

    /// <summary>Tokenizes a split of a task, padded to a sequence length; embeddings are left to the model.</summary>
    /// <param name="source">The task.</param>
    /// <param name="split">Which examples.</param>
    /// <param name="tokenizer">That of the model.</param>
    /// <param name="sequenceLength">Tokens of an example, padding included; longer texts are cut.</param>
    /// <param name="limit">At most this many examples, a random subset fixed by the seed, in the source's order; null = all.</param>
    /// <param name="seed">Chooses the subset.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit below 1.</exception>
    /// <exception cref="InvalidDataException">The task's file is malformed.</exception>
    public static TaskData Tokenize(
        ITaskSource source, TaskSplit split, BertTokenizer tokenizer, int sequenceLength, int? limit = null, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var examples = ExampleSubset.Of(source.Read(split), limit, seed).Select(example =>
        {
            var encoding = tokenizer.Encode(example.First, example.Second, sequenceLength);
            return new TaskExample(
                encoding.Ids, Array.ConvertAll(encoding.AttentionMask, mask => (float)mask), example.Label, Embedding: null);
        });
        return new TaskData($"task {source.Description.Name}", sequenceLength, source.Description.Labels.Count, [.. examples]);
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

    /// <summary>Tokens of the chosen examples up to the last that is none of padding.</summary>
    internal int LongestOf(ReadOnlySpan<long> indices)
    {
        var longest = 1;
        foreach (var index in indices)
            longest = Math.Max(longest, Array.LastIndexOf(examples[(int)index].Mask, 1f) + 1);
        return longest;
    }

    /// <summary>Attention masks [n, length] of the chosen examples; length is the whole sequence unless given.</summary>
    internal torch.Tensor Masks(ReadOnlySpan<long> indices, torch.ScalarType dtype, int? length = null)
    {
        var columns = length ?? SequenceLength;
        var values = new float[indices.Length * columns];
        for (var i = 0; i < indices.Length; i++)
            examples[(int)indices[i]].Mask.AsSpan(0, columns).CopyTo(values.AsSpan(i * columns));
        return torch.tensor(values, [indices.Length, columns]).to(dtype);
    }

    /// <summary>Token ids [n, length], int64; length is the whole sequence unless given.</summary>
    internal torch.Tensor Ids(ReadOnlySpan<long> indices, int? length = null)
    {
        var columns = length ?? SequenceLength;
        var values = new long[indices.Length * columns];
        for (var i = 0; i < indices.Length; i++)
        {
            var ids = examples[(int)indices[i]].Ids;
            for (var j = 0; j < columns; j++)
                values[(i * columns) + j] = ids[j];
        }

        return torch.tensor(values, [indices.Length, columns]);
    }

    /// <summary>The examples as tokens alone, to be embedded by the model that reads them.</summary>
    public TaskData WithoutEmbeddings() =>
        new(Source, SequenceLength, Classes, [.. examples.Select(example => example with { Embedding = null })]);

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
            throw new ArgumentException($"{Source}: {Classes} classes, draw or head have {classes}; make a draw for {Classes} classes");
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

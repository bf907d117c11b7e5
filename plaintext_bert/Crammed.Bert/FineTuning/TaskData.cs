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
    private readonly List<TaskExample> _examples;

    internal TaskData(string source, int sequenceLength, int classes, List<TaskExample> examples)
    {
        Source = source;
        SequenceLength = sequenceLength;
        Classes = classes;
        _examples = examples;
    }

    /// <summary>Reads a folder of exported fine-tuning data.</summary>
    /// <exception cref="InvalidDataException">It is malformed; names row, column and value.</exception>
    public static TaskData Read(string folder)
    {
        var reader = ExportedTaskReader.Open(folder);
        var examples = reader.Examples()
            .Select(example => new TaskExample(
                example.InputIds, Array.ConvertAll(example.AttentionMask, mask => (float)mask), example.Label, example.Embedding)
            {
                TokenTypes = example.TokenTypeIds,
            })
            .ToList();
        return new TaskData(folder, reader.Description.SequenceLength, reader.Description.Classes, examples);
    }

    /// <summary>Tokenizes a split of a task, padded to a sequence length; embeddings are left to the model.</summary>
    /// <param name="source">The task.</param>
    /// <param name="split">Which examples.</param>
    /// <param name="encoder">Texts to the model's inputs.</param>
    /// <param name="sequenceLength">Tokens of an example, padding included; longer texts are cut.</param>
    /// <param name="limit">At most this many examples, a random subset fixed by the seed, in the source's order; null = all.</param>
    /// <param name="seed">Chooses the subset.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit below 1.</exception>
    /// <exception cref="InvalidDataException">The task's file is malformed.</exception>
    public static TaskData Tokenize(
        ITaskSource source, TaskSplit split, InputEncoder encoder, int sequenceLength, int? limit = null, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(encoder);
        var examples = ExampleSubset.Of(source.Read(split), limit, seed).Select(example =>
        {
            var encoding = encoder.Encode(example.First, example.Second, sequenceLength);
            return new TaskExample(
                encoding.Ids, Array.ConvertAll(encoding.AttentionMask, mask => (float)mask), example.Label, Embedding: null)
            {
                TokenTypes = encoding.TokenTypeIds,
            };
        });
        return new TaskData($"task {source.Description.Name}", sequenceLength, source.Description.Labels.Count, [.. examples]);
    }

    /// <summary>Where the data came from, for messages.</summary>
    public string Source { get; }

    public int SequenceLength { get; }

    /// <summary>Classes of the task; 0 for regression.</summary>
    public int Classes { get; }

    public int Count => _examples.Count;

    internal TaskExample this[int index] => _examples[index];

    /// <summary>Labels in order.</summary>
    public double[] Labels() => [.. _examples.Select(example => example.Label)];

    /// <summary>Tokens of the chosen examples up to the last that is none of padding.</summary>
    internal int LongestOf(ReadOnlySpan<long> indices)
    {
        var longest = 1;
        foreach (var index in indices)
            longest = Math.Max(longest, Array.LastIndexOf(_examples[(int)index].Mask, 1f) + 1);
        return longest;
    }

    /// <summary>Attention masks [n, length] of the chosen examples; length is the whole sequence unless given.</summary>
    internal torch.Tensor Masks(ReadOnlySpan<long> indices, torch.ScalarType dtype, int? length = null)
    {
        var columns = length ?? SequenceLength;
        var values = new float[indices.Length * columns];
        for (var i = 0; i < indices.Length; i++)
            _examples[(int)indices[i]].Mask.AsSpan(0, columns).CopyTo(values.AsSpan(i * columns));
        return torch.tensor(values, [indices.Length, columns]).to(dtype);
    }

    /// <summary>Token ids [n, length], int64; length is the whole sequence unless given.</summary>
    internal torch.Tensor Ids(ReadOnlySpan<long> indices, int? length = null) => Columns(indices, example => example.Ids, length);

    /// <summary>The model's embedding [n, length, hidden] of the chosen examples' tokens and their types.</summary>
    internal torch.Tensor Embed(BertModel model, ReadOnlySpan<long> indices, int? length = null) =>
        model.Embed(Ids(indices, length), Columns(indices, example => example.TokenTypes, length));

    /// <summary>The examples as tokens alone, to be embedded by the model that reads them.</summary>
    public TaskData WithoutEmbeddings() =>
        new(Source, SequenceLength, Classes, [.. _examples.Select(example => example with { Embedding = null })]);

    /// <summary>Embeddings [n, length, hidden]: the stored ones, or the model's own if the data has none.</summary>
    internal torch.Tensor Embeddings(ReadOnlySpan<long> indices, BertModel model, int length)
    {
        if (_examples[(int)indices[0]].Embedding is null)
            return Embed(model, indices, length);
        var (hidden, size) = (model.Configuration.Hidden, length * model.Configuration.Hidden);
        var values = new float[indices.Length * size];
        for (var i = 0; i < indices.Length; i++)
            _examples[(int)indices[i]].Embedding.AsSpan(0, size).CopyTo(values.AsSpan(i * size));
        return torch.tensor(values, [indices.Length, length, hidden]).to(model.ScalarType);
    }

    /// <summary>Labels [n]: int64 classes, or values of the given type for regression.</summary>
    internal torch.Tensor LabelTensor(ReadOnlySpan<long> indices, torch.ScalarType dtype)
    {
        var values = new double[indices.Length];
        for (var i = 0; i < indices.Length; i++)
            values[i] = _examples[(int)indices[i]].Label;
        return torch.tensor(values).to(Classes == 0 ? dtype : torch.ScalarType.Int64);
    }

    private torch.Tensor Columns(ReadOnlySpan<long> indices, Func<TaskExample, int[]> values, int? length)
    {
        var columns = length ?? SequenceLength;
        var chosen = new long[indices.Length * columns];
        for (var i = 0; i < indices.Length; i++)
        {
            var row = values(_examples[(int)indices[i]]);
            for (var j = 0; j < columns; j++)
                chosen[(i * columns) + j] = row[j];
        }

        return torch.tensor(chosen, [indices.Length, columns]);
    }

    /// <summary>Refuses data that does not fit a model and a head.</summary>
    /// <exception cref="ArgumentException">Sequence length, width, classes or token ids differ; the message says which.</exception>
    internal void RequireFits(BertConfiguration configuration, int classes)
    {
        if (SequenceLength != configuration.SequenceLength)
            throw new ArgumentException($"{Source}: sequence length {SequenceLength}, the model has {configuration.SequenceLength}");
        if (Classes != classes)
            throw new ArgumentException($"{Source}: {Classes} classes, draw or head have {classes}; make a draw for {Classes} classes");
        if (_examples.Count == 0)
            throw new ArgumentException($"{Source}: no examples");
        foreach (var example in _examples)
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

/// <summary>One padded example.</summary>
/// <param name="Ids">Token ids, [sequence].</param>
/// <param name="Mask">1 for tokens, 0 for padding, [sequence].</param>
/// <param name="Label">Class number or regression value.</param>
/// <param name="Embedding">Output of the model's embedding, row-major [sequence][hidden]; null if it is to be computed.</param>
internal sealed record TaskExample(int[] Ids, float[] Mask, double Label, float[]? Embedding)
{
    /// <summary>1 for tokens of a pair's second text, else 0, [sequence].</summary>
    public int[] TokenTypes { get; init; } = new int[Ids.Length];
}

/// <summary>A random part of a split.</summary>
internal static class ExampleSubset
{
    /// <summary>At most so many examples, a subset fixed by the seed, in their order; all where the limit is null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit below 1.</exception>
    public static IReadOnlyList<Example> Of(IReadOnlyList<Example> examples, int? limit, long seed)
    {
        if (limit is not { } count)
            return examples;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(limit));
        if (count >= examples.Count)
            return examples;
        var chosen = new SeededRandom(seed, "exported subset").Permutation(examples.Count).Take(count).Order();
        return [.. chosen.Select(index => examples[index])];
    }
}

using System.Diagnostics;
using Crammed.Tables;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>What of a split is exported, and how.</summary>
public sealed record ExportOptions
{
    /// <summary>At most this many examples, a random subset fixed by the seed, in the source's order; null: all.</summary>
    public int? Limit { get; init; }

    /// <summary>Chooses the subset; 0 or more.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Which states of the tokens are exported.</summary>
    public ClientPrefix Prefix { get; init; } = ClientPrefix.Embedding;

    /// <summary>Whether to go on with what an interrupted export left; otherwise that is dropped.</summary>
    public bool Resume { get; init; }
}

/// <summary>
/// Turns tasks into fine-tuning data: texts (re-tokenised from the source) padded to the model's sequence length, and what the first part
/// of the model makes of them, which is what a client encrypts: the embedding's output (word + position, layer norm, no dropout), or that
/// of the first layer's norm.
/// </summary>
public sealed class GlueExporter : IDisposable
{
    private const int BatchSize = 32;

    private readonly BertModel _model;
    private readonly BertTokenizer _tokenizer;
    private readonly InputEncoder _encoder;
    private readonly string _weightsSha256;

    private GlueExporter(BertModel model, BertTokenizer tokenizer, string weightsSha256)
    {
        _model = model;
        _tokenizer = tokenizer;
        _encoder = new InputEncoder(tokenizer);
        _weightsSha256 = weightsSha256;
    }

    /// <summary>Loads a checkpoint's model and vocabulary.</summary>
    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// Malformed weights, configuration or vocabulary, or more tokens than the model knows.
    /// </exception>
    public static GlueExporter Open(string checkpointFolder)
    {
        var tokenizer = Checkpoint.Tokenizer(checkpointFolder);
        return new GlueExporter(Checkpoint.Load(checkpointFolder), tokenizer, Checkpoint.WeightsSha256(checkpointFolder));
    }

    /// <summary>
    /// Writes one split of a task. The folder appears once it is complete. An export that is cancelled or killed leaves its whole parts
    /// beside it (<see cref="PartFolderWriter{T}"/>); resumed, it ends with the folder of an uninterrupted export, byte for byte.
    /// </summary>
    /// <param name="source">The task.</param>
    /// <param name="split">Which examples.</param>
    /// <param name="folder">The folder to write; its parent must exist.</param>
    /// <param name="options">Subset, states, and whether to resume.</param>
    /// <param name="progress">Told before the first and after every batch.</param>
    /// <param name="cancellation">Ends the export between two batches.</param>
    /// <returns>The number of examples in the folder.</returns>
    /// <exception cref="InvalidOperationException">The first norm is asked for of a model that begins with attention.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit below 1.</exception>
    /// <exception cref="InvalidDataException">
    /// What is resumed was begun with other data, another model or other options; names the entry and both values.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public int Export(
        ITaskSource source,
        TaskSplit split,
        string folder,
        ExportOptions? options = null,
        IProgress<ExportProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new ExportOptions();
        var all = source.Read(split);
        var examples = ExampleSubset.Of(all, options.Limit, options.Seed);
        var description = Describe(source, split, options, all.Count, examples);
        if (options.Resume && ExportedTaskWriter.IsComplete(folder, description))
        {
            ExportedTaskWriter.Discard(folder);
            return examples.Count;
        }

        using var writer = ExportedTaskWriter.Open(folder, description, options.Resume);
        WriteAll(writer, examples, options.Prefix, progress, cancellation);
        writer.Complete();
        return examples.Count;
    }

    public void Dispose() => _model.Dispose();

    private ExportedTaskDescription Describe(
        ITaskSource source, TaskSplit split, ExportOptions options, int splitExamples, IReadOnlyList<Example> examples) =>
        new(
            source.Description.Name,
            split.ToString().ToLowerInvariant(),
            _model.Configuration.SequenceLength,
            _model.Configuration.Hidden,
            source.Description.Labels,
            _tokenizer.Sha256,
            _weightsSha256,
            options.Prefix,
            new ExportedSelection(splitExamples, examples.Count, options.Seed, ExampleHash.Of(examples)));

    private void WriteAll(
        ExportedTaskWriter writer, IReadOnlyList<Example> examples, ClientPrefix prefix, IProgress<ExportProgress>? progress,
        CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var first = writer.Written;
        var done = first;
        Report();
        // Batches begin anew with each part, so that a resumed export computes the very batches that one in a single piece does.
        foreach (var batch in examples.Skip(first).Chunk(writer.RowsPerPart).SelectMany(part => part.Chunk(BatchSize)))
        {
            cancellation.ThrowIfCancellationRequested();
            Write(writer, batch, prefix);
            done += batch.Length;
            Report();
        }

        void Report() => progress?.Report(new ExportProgress(
            done,
            examples.Count,
            writer.Written,
            done == first ? 0 : clock.Elapsed.TotalSeconds / (done - first) * (examples.Count - done)));
    }

    private void Write(ExportedTaskWriter writer, Example[] batch, ClientPrefix prefix)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var length = _model.Configuration.SequenceLength;
        var encodings = Array.ConvertAll(batch, example => _encoder.Encode(example.First, example.Second, length));
        var states = States(Columns(encoding => encoding.Ids), Columns(encoding => encoding.TokenTypeIds), prefix).ToFloat32Array();
        var size = length * _model.Configuration.Hidden;
        for (var i = 0; i < batch.Length; i++)
        {
            writer.Add(new ExportedExample(
                batch[i].Index, encodings[i].Ids, encodings[i].AttentionMask, batch[i].Label, states[(i * size)..((i + 1) * size)])
            {
                TokenTypeIds = encodings[i].TokenTypeIds,
            });
        }

        torch.Tensor Columns(Func<BertEncoding, int[]> values) =>
            torch.tensor([.. encodings.SelectMany(values).Select(value => (long)value)], [batch.Length, length]);
    }

    /// <summary>Token ids and types [batch, sequence] to the prefix's states [batch, sequence, hidden].</summary>
    private torch.Tensor States(torch.Tensor ids, torch.Tensor types, ClientPrefix prefix)
    {
        var embedded = _model.Embed(ids, types);
        return prefix == ClientPrefix.Embedding ? embedded : _model.FirstNorm(embedded);
    }
}

/// <summary>State of an export.</summary>
/// <param name="Done">Examples done, those of an interrupted export included.</param>
/// <param name="Total">Examples in all.</param>
/// <param name="Kept">Examples that an interruption would leave: those of the parts on the disk.</param>
/// <param name="RemainingSeconds">Estimate of the seconds left.</param>
public sealed record ExportProgress(int Done, int Total, int Kept, double RemainingSeconds);

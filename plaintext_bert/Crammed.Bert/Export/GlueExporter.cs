using Crammed.Text;
using Crammed.Text.Parquet;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// Turns tasks into fine-tuning data: texts (re-tokenised from the source) padded to the model's sequence length, and what the model's
/// embedding makes of them (word + position, layer norm, no dropout), which is what a client encrypts.
/// </summary>
public sealed class GlueExporter : IDisposable
{
    private const int BatchSize = 32;

    private readonly BertModel model;
    private readonly BertTokenizer tokenizer;
    private readonly string vocabularySha256;
    private readonly string weightsSha256;

    private GlueExporter(BertModel model, BertTokenizer tokenizer, string vocabularySha256, string weightsSha256)
    {
        this.model = model;
        this.tokenizer = tokenizer;
        this.vocabularySha256 = vocabularySha256;
        this.weightsSha256 = weightsSha256;
    }

    /// <summary>Loads a checkpoint's model and vocabulary.</summary>
    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// Malformed weights, configuration or vocabulary, or more tokens than the model knows.
    /// </exception>
    public static GlueExporter Open(string checkpointFolder)
    {
        var model = Checkpoint.Load(checkpointFolder);
        var vocabulary = Path.Combine(checkpointFolder, CheckpointFiles.Vocabulary);
        var tokenizer = BertTokenizer.Create(vocabulary);
        if (tokenizer.Vocabulary.Count > model.Configuration.VocabularySize)
        {
            throw new InvalidDataException(
                $"{vocabulary}: {tokenizer.Vocabulary.Count} tokens, the model knows {model.Configuration.VocabularySize}");
        }

        return new GlueExporter(model, tokenizer, Checkpoint.Sha256(vocabulary), Checkpoint.WeightsSha256(checkpointFolder));
    }

    /// <summary>Writes one split of a task; the file appears only once it is complete.</summary>
    /// <param name="source">The task.</param>
    /// <param name="split">Which examples.</param>
    /// <param name="path">The Parquet file to write.</param>
    /// <param name="limit">At most this many examples, a random subset fixed by the seed, in the source's order; null = all.</param>
    /// <param name="seed">Chooses the subset.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Ends the export; nothing is left behind.</param>
    /// <returns>The number of examples written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A limit below 1.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public int Export(
        ITaskSource source,
        TaskSplit split,
        string path,
        int? limit = null,
        long seed = 1,
        IProgress<ExportProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var examples = ExampleSubset.Of(source.Read(split), limit, seed);
        var configuration = model.Configuration;
        var description = new ExportedTaskDescription(
            source.Description.Name,
            split,
            configuration.SequenceLength,
            configuration.Hidden,
            source.Description.Labels,
            vocabularySha256,
            weightsSha256);
        using var writer = ExportedTaskWriter.Create(path, description);
        var done = 0;
        foreach (var batch in examples.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            Write(writer, batch);
            done += batch.Length;
            progress?.Report(new ExportProgress(done, examples.Count));
        }

        writer.Complete();
        return done;
    }

    public void Dispose() => model.Dispose();

    private void Write(ExportedTaskWriter writer, Example[] batch)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var length = model.Configuration.SequenceLength;
        var encodings = Array.ConvertAll(batch, example => tokenizer.Encode(example.First, example.Second, length));
        long[] ids = [.. encodings.SelectMany(encoding => encoding.Ids).Select(id => (long)id)];
        var embeddings = model.Embed(torch.tensor(ids, [batch.Length, length])).ToFloat32Array();
        var size = length * model.Configuration.Hidden;
        for (var i = 0; i < batch.Length; i++)
        {
            writer.Add(new ExportedExample(
                batch[i].Index, encodings[i].Ids, encodings[i].AttentionMask, batch[i].Label, embeddings[(i * size)..((i + 1) * size)]));
        }
    }
}

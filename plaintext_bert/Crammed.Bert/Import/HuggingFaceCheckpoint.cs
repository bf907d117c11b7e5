using TorchSharp;

namespace Crammed.Bert;

/// <summary>What an imported model's files do not say.</summary>
public sealed record ImportOptions
{
    /// <summary>Tokens of a sequence; the learned positions beyond are left out.</summary>
    public int SequenceLength { get; init; } = 128;

    /// <summary>
    /// Names of the classifier's outputs in their order, as the files of its task have the labels; null: those of config.json.
    /// </summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>float32, or float64 to compare with other programs.</summary>
    public torch.ScalarType Type { get; init; } = torch.ScalarType.Float32;
}

/// <summary>A model that another program trained.</summary>
/// <param name="Model">Of the original style, with softmax attention and GELU.</param>
/// <param name="Head">
/// Its pooler and classifier in the form of a classification head, with the identity for the head's first layer; null where the checkpoint
/// has none.
/// </param>
/// <param name="HasEmbeddings">Whether the checkpoint has embedding tables; otherwise the model's are random.</param>
public sealed record ImportedBert(BertModel Model, TrainedWeights? Head, bool HasEmbeddings) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}

/// <summary>
/// Reads BERT checkpoints of transformers: config.json and model.safetensors or its shards, tensors named in any of the ways of
/// <see cref="HuggingFaceWeights"/>, query, key and value apart or in one matrix <c>attention.self.query_key_value</c>
/// (<see cref="FusedProjection"/>). The pooler and the classifier are read where they are there. The masked-token decoder (<c>cls.</c>) and
/// constants are passed over.
/// </summary>
public static class HuggingFaceCheckpoint
{
    /// <summary>Name of the configuration in a checkpoint's folder.</summary>
    public const string Configuration = "config.json";

    /// <summary>Name of the weights in a checkpoint's folder.</summary>
    public const string Weights = "model.safetensors";

    /// <summary>Loads a folder with a whole model.</summary>
    /// <param name="folder">With config.json and model.safetensors.</param>
    /// <param name="options">What the files do not say.</param>
    /// <exception cref="ArgumentException">More tokens than the model has positions.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// Malformed files, another model than BERT, tensors missing, unknown, of another shape or not finite; one line that names them.
    /// </exception>
    public static ImportedBert Load(string folder, ImportOptions options) =>
        Load(Path.Combine(folder, Configuration), Path.Combine(folder, Weights), options, needsEmbeddings: true);

    /// <summary>Loads a model, or an encoder alone.</summary>
    /// <param name="configurationPath">A config.json.</param>
    /// <param name="weightsPath">A safetensors file.</param>
    /// <param name="options">What the files do not say.</param>
    /// <param name="needsEmbeddings">Whether the embedding tables must be there.</param>
    /// <inheritdoc cref="Load(string, ImportOptions)"/>
    internal static ImportedBert Load(string configurationPath, string weightsPath, ImportOptions options, bool needsEmbeddings)
    {
        ArgumentNullException.ThrowIfNull(options);
        var configuration = HuggingFaceConfiguration.Read(configurationPath);
        using var source = HuggingFaceWeights.Open(weightsPath);
        var hasEmbeddings = needsEmbeddings || source.Has(HuggingFaceTensors.WordEmbeddings);
        var wanted = Wanted(source, configuration, hasEmbeddings).ToList();
        source.RequireKnown(wanted.Select(tensor => tensor.Name));
        var values = wanted.ToDictionary(
            tensor => tensor.Name,
            tensor => source.Read(tensor.Name, tensor.Shape, configuration.NumAttentionHeads),
            StringComparer.Ordinal);
        var outputs = OutputsOf(values);
        var labels = outputs == 0 ? null : LabelsOf(configuration, outputs, options, configurationPath);
        var model = new BertModel(configuration.ToBertConfiguration(options, outputs), seed: 0, options.Type);
        try
        {
            ImportedTensors.Fill(model, values, hasEmbeddings);
            return new ImportedBert(model, ImportedTensors.Head(model.Configuration, values, labels), hasEmbeddings);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Outputs of the checkpoint's classifier; 0 where there is no pooler or no classifier.</summary>
    private static int OutputsOf(Dictionary<string, float[]> values) =>
        values.ContainsKey(HuggingFaceTensors.Weight(HuggingFaceTensors.Pooler))
            && values.TryGetValue(HuggingFaceTensors.Bias(HuggingFaceTensors.Classifier), out var bias)
            ? bias.Length
            : 0;

    /// <exception cref="ArgumentException">Other names than outputs were given.</exception>
    /// <exception cref="InvalidDataException">The configuration does not fit its classifier.</exception>
    private static IReadOnlyList<string>? LabelsOf(HuggingFaceConfiguration configuration, int outputs, ImportOptions options, string path)
    {
        try
        {
            var own = configuration.Labels(outputs);
            if (options.Labels is not { } labels)
                return own;
            Requirement.Check(
                labels.Count == outputs && labels.Distinct().Count() == outputs, string.Join(", ", labels),
                $"a name for each of the classifier's {outputs} outputs", nameof(labels));
            return labels;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>What the model needs and, of what it may have, what the file has.</summary>
    private static IEnumerable<(string Name, long[] Shape)> Wanted(
        HuggingFaceWeights source, HuggingFaceConfiguration configuration, bool hasEmbeddings)
    {
        var tensors = HuggingFaceTensors.Layers(configuration);
        if (hasEmbeddings)
            tensors = tensors.Concat(HuggingFaceTensors.Embeddings(configuration));
        if (source.Has(HuggingFaceTensors.Weight(HuggingFaceTensors.Pooler)))
            tensors = tensors.Concat(HuggingFaceTensors.PoolerTensors(configuration));
        var classifier = HuggingFaceTensors.Weight(HuggingFaceTensors.Classifier);
        return source.Has(classifier)
            ? tensors.Concat(HuggingFaceTensors.ClassifierTensors(configuration, source.Rows(classifier)))
            : tensors;
    }
}

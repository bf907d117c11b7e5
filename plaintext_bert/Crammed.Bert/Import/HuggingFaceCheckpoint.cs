using Crammed.Files;

namespace Crammed.Bert;

/// <summary>
/// Reads BERT checkpoints of transformers: config.json and model.safetensors, tensors named with or without the prefix <c>bert.</c>,
/// query, key and value apart or in one matrix <c>attention.self.query_key_value</c> (<see cref="FusedProjection"/>). The pooler and the
/// classifier are read where they are there. The masked-token decoder (<c>cls.</c>) and the constant <c>embeddings.position_ids</c> are
/// passed over.
/// </summary>
public static class HuggingFaceCheckpoint
{
    /// <summary>Name of the configuration in a checkpoint's folder.</summary>
    public const string Configuration = "config.json";

    /// <summary>Name of the weights in a checkpoint's folder.</summary>
    public const string Weights = "model.safetensors";

    private const string Prefix = "bert.";
    private const string Fused = "query_key_value";
    private const string Decoder = "cls.";
    private const string PositionIds = "embeddings.position_ids";

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
        if (!File.Exists(weightsPath))
            throw new FileNotFoundException($"{weightsPath}: not found; a checkpoint has its weights in {Weights}", weightsPath);
        using var file = SafetensorsFile.Open(weightsPath);
        var source = new Source(file, configuration);
        var hasEmbeddings = needsEmbeddings || source.Has(HuggingFaceTensors.WordEmbeddings);
        var wanted = Wanted(source, configuration, hasEmbeddings).ToList();
        source.RequireKnown(wanted.Select(tensor => tensor.Name));
        var values = wanted.ToDictionary(tensor => tensor.Name, tensor => source.Read(tensor.Name, tensor.Shape), StringComparer.Ordinal);
        var model = new BertModel(configuration.ToBertConfiguration(options, LabelsOf(values)), seed: 0, options.Type);
        try
        {
            ImportedTensors.Fill(model, values, hasEmbeddings);
            return new ImportedBert(model, ImportedTensors.Head(model.Configuration, values), hasEmbeddings);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Outputs of the checkpoint's classifier; 0 where there is no pooler or no classifier.</summary>
    private static int LabelsOf(Dictionary<string, float[]> values) =>
        values.ContainsKey(HuggingFaceTensors.Weight(HuggingFaceTensors.Pooler))
            && values.TryGetValue(HuggingFaceTensors.Bias(HuggingFaceTensors.Classifier), out var bias)
            ? bias.Length
            : 0;

    /// <summary>What the model needs and, of what it may have, what the file has.</summary>
    private static IEnumerable<(string Name, long[] Shape)> Wanted(
        Source source, HuggingFaceConfiguration configuration, bool hasEmbeddings)
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

    /// <summary>A file's tensors by the names without prefix.</summary>
    private sealed class Source(SafetensorsFile file, HuggingFaceConfiguration configuration)
    {
        private readonly Dictionary<string, string> stored = StoredNames(file);

        public bool Has(string name) => stored.ContainsKey(name);

        /// <summary>First axis of a tensor that is there; 1 for a scalar.</summary>
        public long Rows(string name) => file.Shape(stored[name]) is [var rows, ..] ? rows : 1;

        /// <exception cref="InvalidDataException">The file has a tensor that is none of these.</exception>
        public void RequireKnown(IEnumerable<string> wanted)
        {
            var known = wanted.SelectMany(name => (string[])[name, FusedName(name) ?? name]).ToHashSet(StringComparer.Ordinal);
            if (stored.FirstOrDefault(entry => !known.Contains(entry.Key) && !IsPassedOver(entry.Key)) is { Value: { } unknown })
                throw new InvalidDataException($"{file.Path}: tensor '{unknown}' is none of the BERT that {Configuration} describes");
        }

        /// <exception cref="InvalidDataException">Missing, of another shape, or not finite.</exception>
        public float[] Read(string name, long[] shape)
        {
            if (FusedName(name) is not { } fused || !stored.TryGetValue(fused, out var storedFused))
                return file.ReadFiniteFloat32(stored.GetValueOrDefault(name, name), shape);
            if (Has(name))
                throw new InvalidDataException($"{file.Path}: has '{stored[name]}' and '{storedFused}', which say the same");
            var values = file.ReadFiniteFloat32(storedFused, [3 * shape[0], .. shape[1..]]);
            var part = HuggingFaceTensors.Projections.ToList().FindIndex(
                projection => name.Contains($".{projection}.", StringComparison.Ordinal));
            return FusedProjection.Part(values, configuration.HiddenSize, configuration.NumAttentionHeads, part);
        }

        private static Dictionary<string, string> StoredNames(SafetensorsFile file)
        {
            var names = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in file.Names)
            {
                var plain = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
                if (!names.TryAdd(plain, name))
                    throw new InvalidDataException($"{file.Path}: has '{names[plain]}' and '{name}', which say the same");
            }

            return names;
        }

        private static bool IsPassedOver(string name) => name == PositionIds || name.StartsWith(Decoder, StringComparison.Ordinal);

        /// <summary>The fused tensor that would hold a projection's; null for other tensors.</summary>
        private static string? FusedName(string name) => HuggingFaceTensors.Projections
            .Where(projection => name.Contains($".self.{projection}.", StringComparison.Ordinal))
            .Select(projection => name.Replace($".self.{projection}.", $".self.{Fused}.", StringComparison.Ordinal))
            .FirstOrDefault();
    }
}

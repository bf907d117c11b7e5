namespace Crammed.Bert;

/// <summary>Names and shapes of a BERT's tensors as transformers writes them, without the prefix <c>bert.</c>; [out, in].</summary>
internal static class HuggingFaceTensors
{
    public const string WordEmbeddings = "embeddings.word_embeddings.weight";
    public const string PositionEmbeddings = "embeddings.position_embeddings.weight";
    public const string TokenTypeEmbeddings = "embeddings.token_type_embeddings.weight";
    public const string EmbeddingNorm = "embeddings.LayerNorm";
    public const string Pooler = "pooler.dense";
    public const string Classifier = "classifier";

    /// <summary>Query, key and value in the order in which a fused projection has them.</summary>
    public static IReadOnlyList<string> Projections { get; } = ["query", "key", "value"];

    public static string Projection(int layer, string projection) => $"encoder.layer.{layer}.attention.self.{projection}";

    public static string AttentionOutput(int layer) => $"encoder.layer.{layer}.attention.output.dense";

    public static string AttentionNorm(int layer) => $"encoder.layer.{layer}.attention.output.LayerNorm";

    public static string Intermediate(int layer) => $"encoder.layer.{layer}.intermediate.dense";

    public static string Output(int layer) => $"encoder.layer.{layer}.output.dense";

    public static string OutputNorm(int layer) => $"encoder.layer.{layer}.output.LayerNorm";

    /// <summary>The embedding's tables and norm.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Embeddings(HuggingFaceConfiguration configuration) =>
    [
        (WordEmbeddings, [configuration.VocabSize, configuration.HiddenSize]),
        (PositionEmbeddings, [configuration.MaxPositionEmbeddings, configuration.HiddenSize]),
        (TokenTypeEmbeddings, [configuration.TypeVocabSize, configuration.HiddenSize]),
        .. Norm(EmbeddingNorm, configuration.HiddenSize),
    ];

    /// <summary>Every layer's tensors.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Layers(HuggingFaceConfiguration configuration)
    {
        int hidden = configuration.HiddenSize, intermediate = configuration.IntermediateSize;
        return Enumerable.Range(0, configuration.NumHiddenLayers).SelectMany(layer => (IEnumerable<(string, long[])>)
        [
            .. Projections.SelectMany(projection => Linear(Projection(layer, projection), hidden, hidden)),
            .. Linear(AttentionOutput(layer), hidden, hidden),
            .. Norm(AttentionNorm(layer), hidden),
            .. Linear(Intermediate(layer), intermediate, hidden),
            .. Linear(Output(layer), hidden, intermediate),
            .. Norm(OutputNorm(layer), hidden),
        ]);
    }

    /// <summary>The pooler's tensors.</summary>
    public static IEnumerable<(string Name, long[] Shape)> PoolerTensors(HuggingFaceConfiguration configuration) =>
        Linear(Pooler, configuration.HiddenSize, configuration.HiddenSize);

    /// <summary>The tensors of a classifier with so many labels.</summary>
    public static IEnumerable<(string Name, long[] Shape)> ClassifierTensors(HuggingFaceConfiguration configuration, long labels) =>
        Linear(Classifier, labels, configuration.HiddenSize);

    public static string Weight(string module) => $"{module}.weight";

    public static string Bias(string module) => $"{module}.bias";

    private static IEnumerable<(string Name, long[] Shape)> Linear(string module, long outputs, long inputs) =>
        [(Weight(module), [outputs, inputs]), (Bias(module), [outputs])];

    private static IEnumerable<(string Name, long[] Shape)> Norm(string module, long size) =>
        [(Weight(module), [size]), (Bias(module), [size])];
}

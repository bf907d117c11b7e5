using TorchSharp;

namespace Crammed.Bert;

/// <summary>Puts the tensors of a transformers BERT where our model has them.</summary>
internal static class ImportedTensors
{
    /// <summary>Fills a model of the original style.</summary>
    /// <param name="model">Of the checkpoint's sizes.</param>
    /// <param name="values">Row-major values by the names of <see cref="HuggingFaceTensors"/>.</param>
    /// <param name="hasEmbeddings">Whether the embedding tables are among them; otherwise the model's stay as they are.</param>
    public static void Fill(BertModel model, IReadOnlyDictionary<string, float[]> values, bool hasEmbeddings)
    {
        using var noGradient = torch.no_grad();
        var sources = Sources(model.Configuration.Layers, hasEmbeddings);
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (!sources.TryGetValue(name, out var source))
                continue;
            using var tensor = torch.tensor(Rows(values[source], parameter.shape), parameter.shape);
            parameter.copy_(tensor);
        }
    }

    /// <summary>Pooler and classifier as a head: the identity, the pooler, tanh, the classifier. Null without them.</summary>
    public static TrainedWeights? Head(
        BertConfiguration configuration, IReadOnlyDictionary<string, float[]> values, IReadOnlyList<string>? labels)
    {
        if (!values.TryGetValue(HuggingFaceTensors.Weight(HuggingFaceTensors.Pooler), out var pooler)
            || !values.TryGetValue(HuggingFaceTensors.Weight(HuggingFaceTensors.Classifier), out var classifier))
            return null;
        var hidden = configuration.Hidden;
        var identity = new double[hidden * hidden];
        for (var i = 0; i < hidden; i++)
            identity[(i * hidden) + i] = 1;
        var (projection, dense, last) =
            (TrainedTensorNames.HeadLinears[0], TrainedTensorNames.HeadLinears[1], TrainedTensorNames.HeadLinears[2]);
        var head = new Dictionary<string, double[]>
        {
            [TrainedTensorNames.Weight(projection)] = identity,
            [TrainedTensorNames.Bias(projection)] = new double[hidden],
            [TrainedTensorNames.Weight(dense)] = Transposed(pooler, hidden),
            [TrainedTensorNames.Bias(dense)] = Wide(values[HuggingFaceTensors.Bias(HuggingFaceTensors.Pooler)]),
            [TrainedTensorNames.Weight(last)] = Transposed(classifier, hidden),
            [TrainedTensorNames.Bias(last)] = Wide(values[HuggingFaceTensors.Bias(HuggingFaceTensors.Classifier)]),
        };
        return new TrainedWeights(new FineTuningSettings(), FineTuningShape.Of(configuration), head, labels);
    }

    /// <summary>The source of each of the model's parameters.</summary>
    internal static Dictionary<string, string> Sources(int layers, bool hasEmbeddings)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        if (hasEmbeddings)
        {
            sources["embedding.word.weight"] = HuggingFaceTensors.WordEmbeddings;
            sources["embedding.position.weight"] = HuggingFaceTensors.PositionEmbeddings;
            sources["embedding.token_type.weight"] = HuggingFaceTensors.TokenTypeEmbeddings;
            Module("embedding.norm", HuggingFaceTensors.EmbeddingNorm);
        }

        for (var layer = 0; layer < layers; layer++)
        {
            foreach (var projection in HuggingFaceTensors.Projections)
                Module($"layers.{layer}.attention.{projection}", HuggingFaceTensors.Projection(layer, projection));
            Module($"layers.{layer}.attention.output", HuggingFaceTensors.AttentionOutput(layer));
            Module($"layers.{layer}.attention_norm", HuggingFaceTensors.AttentionNorm(layer));
            Module($"layers.{layer}.feed_forward.expand", HuggingFaceTensors.Intermediate(layer));
            Module($"layers.{layer}.feed_forward.contract", HuggingFaceTensors.Output(layer));
            Module($"layers.{layer}.feed_forward_norm", HuggingFaceTensors.OutputNorm(layer));
        }

        return sources;

        void Module(string name, string source)
        {
            sources[$"{name}.weight"] = HuggingFaceTensors.Weight(source);
            sources[$"{name}.bias"] = HuggingFaceTensors.Bias(source);
        }
    }

    /// <summary>The first rows of a table, as many as the model has; a table of a single token type stands for both.</summary>
    private static float[] Rows(float[] values, long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (product, axis) => product * axis);
        return values.Length >= count ? values[..count] : [.. values, .. values[..(count - values.Length)]];
    }

    /// <summary>[out, in] to [in, out].</summary>
    private static double[] Transposed(float[] values, int inputs)
    {
        var outputs = values.Length / inputs;
        var result = new double[values.Length];
        for (var output = 0; output < outputs; output++)
        {
            for (var input = 0; input < inputs; input++)
                result[(input * outputs) + output] = values[(output * inputs) + input];
        }

        return result;
    }

    private static double[] Wide(float[] values) => Array.ConvertAll(values, value => (double)value);
}

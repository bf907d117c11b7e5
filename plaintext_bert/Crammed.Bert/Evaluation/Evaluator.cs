using TorchSharp;

namespace Crammed.Bert;

/// <summary>Runs a fine-tuned model over a split.</summary>
public static class Evaluator
{
    private const int BatchSize = 64;

    /// <summary>Predicts every example of a split, without dropout.</summary>
    /// <exception cref="ArgumentException">Model, weights and data do not fit each other.</exception>
    public static Predictions Evaluate(BertModel model, TrainedWeights weights, TaskData data, CancellationToken cancellation = default) =>
        Evaluate(model, weights, data, new EncoderPass { FirstTokenOnly = true }, cancellation);

    /// <summary>Predicts every example by a pass, to which the weights' adapters are added.</summary>
    internal static Predictions Evaluate(
        BertModel model, TrainedWeights weights, TaskData data, EncoderPass pass, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(data);
        weights.Shape.RequireFits(model.Configuration);
        data.RequireFits(model.Configuration, weights.Shape.Classes);
        using var noGradient = torch.no_grad();
        using var tensors = new WeightTensors(weights, model.ScalarType, weights.HasAdapters);
        pass = pass with { Adapters = tensors.Adapters };
        var logits = new List<double[]>(data.Count);
        for (var start = 0; start < data.Count; start += BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            long[] indices = [.. Enumerable.Range(start, Math.Min(BatchSize, data.Count - start))];
            var output = tensors.Classify(model, data.Embeddings(indices, model), data.Masks(indices, model.ScalarType), pass);
            logits.AddRange(output.ToFloat64Array().Chunk(weights.Shape.Outputs));
        }

        return new Predictions([.. logits], data.Labels(), data.Classes);
    }
}

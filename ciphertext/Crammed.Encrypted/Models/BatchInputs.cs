using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Models;

/// <summary>A batch as the inputs of a <see cref="TrainingGraph"/>: what the client computes, packs and encrypts.</summary>
public static class BatchInputs
{
    /// <summary>
    /// Values of embedding, normalized_embedding, mask, labels and example_weights of each micro-batch, row-major by their layouts. The embedding is centred
    /// over features; normalized it has the first norm's weight and bias. Places beyond the batch repeat its examples, so
    /// that every slot stays in the polynomials' domains, and have no weight in the loss, which is the mean over the batch.
    /// </summary>
    /// <param name="checkpoint">the model: its first norm is the client's</param>
    /// <param name="model">its graph</param>
    /// <param name="examples">at most as many as a step has</param>
    /// <exception cref="ArgumentException">no examples, more than there are places, or one of another size</exception>
    public static IReadOnlyDictionary<string, double[]> Of(
        CheckpointModel checkpoint, TrainingGraph model, IReadOnlyList<PackedExample> examples)
    {
        var (grid, hidden) = (model.Graph.Grid, model.Shape.Hidden);
        if (examples.Count == 0 || examples.Count > model.StepExamples)
            throw new ArgumentException($"{examples.Count} examples do not make a batch of 1 to {model.StepExamples}");
        var size = grid.Tokens * hidden;
        if (examples.FirstOrDefault(example => example.Embedding.Length != size || example.Mask.Length != grid.Tokens) is { } odd)
        {
            throw new ArgumentException(
                $"an example has {odd.Embedding.Length} embedding values and {odd.Mask.Length} mask values; "
                + $"{grid.Tokens} tokens of width {hidden} take {size} and {grid.Tokens}");
        }
        var weight = (double)model.StepExamples / examples.Count;
        var values = new Dictionary<string, double[]>();
        for (var batch = 0; batch < model.MicroBatches; batch++)
        {
            var first = batch * grid.Examples;
            var places = Enumerable.Range(first, grid.Examples).Select(place => examples[place % examples.Count]).ToArray();
            var (centred, normalized) = Centred(
                [.. places.SelectMany(example => example.Embedding)], hidden, checkpoint.Polynomials.NormEpsilon, checkpoint.FirstNorm);
            Add("embedding", centred);
            Add("normalized_embedding", normalized);
            Add("mask", [.. places.SelectMany(example => example.Mask.Select(value => (double)value))]);
            Add("labels", [.. places.SelectMany(example => LabelsOf(example, model.Shape))]);
            Add("example_weights", [.. places.Select((_, place) => first + place < examples.Count ? weight : 0)]);

            void Add(string name, double[] numbers) =>
                values.Add(batch == 0 ? name : $"{TrainingGraph.BatchScope(batch)}.{name}", numbers);
        }
        return values;
    }

    /// <summary>Slots of every input and parameter of a graph with update, by name, before the first step: moments are zero.</summary>
    /// <param name="model">the graph</param>
    /// <param name="batch">values of the batch by name</param>
    /// <param name="trained">trained tensors by name</param>
    public static Dictionary<string, double[][]> Pack(
        TrainingGraph model, IReadOnlyDictionary<string, double[]> batch, IReadOnlyDictionary<string, double[]> trained)
    {
        var packed = new PackedParameters(model);
        var inputs = model.Graph.Inputs.ToDictionary(
            input => input.Name, input => input.Layout.Pack(batch.GetValueOrDefault(input.Name) ?? Zeros(input.Layout)));
        foreach (var parameter in model.Graph.Parameters)
            inputs.Add(parameter.Name, parameter.Layout.Pack(packed.Pack(parameter, trained)));
        return inputs;
    }

    /// <summary>The score, or 1 at the class of an example and 0 at the others.</summary>
    private static IEnumerable<double> LabelsOf(PackedExample example, ModelShape shape) => shape.Classes == 0
        ? [example.Label]
        : Enumerable.Range(0, shape.Classes).Select(label => label == (int)example.Label ? 1.0 : 0);

    private static double[] Zeros(Layout layout) => new double[layout.Shape.Aggregate(1, (product, size) => product * size)];

    private static (double[] Centred, double[] Normalized) Centred(
        float[] values, int width, double epsilon, NormVectors norm)
    {
        var (centred, normalized) = (new double[values.Length], new double[values.Length]);
        for (var start = 0; start < values.Length; start += width)
        {
            double mean = 0, square = 0;
            for (var i = start; i < start + width; i++)
                mean += values[i] / (double)width;
            for (var i = start; i < start + width; i++)
            {
                centred[i] = values[i] - mean;
                square += centred[i] * centred[i] / width;
            }
            var scale = 1 / Math.Sqrt(square + epsilon);
            for (var i = start; i < start + width; i++)
                normalized[i] = scale * centred[i] * norm.Weight[i - start] + norm.Bias[i - start];
        }
        return (centred, normalized);
    }
}

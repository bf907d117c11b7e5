using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Operations;

namespace Crammed.Encrypted.Tests.Training;

/// <summary>The tiny model's passes on a clear backend.</summary>
internal sealed class CircuitRun(
    TinyModel model, int maxLevel, int refreshLevel, bool exactFunctions = true, INoiseModel? noise = null, int seed = 0)
{
    public SlotShape Shape { get; } = new(model.Slots, model.Tokens);

    public ClearBackend Backend { get; } =
        new(model.Slots, maxLevel, double.PositiveInfinity, noise, seed) { ExactFunctions = exactFunctions };

    public EncryptedContext Context() => new(Backend, refreshLevel);

    /// <summary>
    /// One pass with parameters and data that enter at a level; also the gradient of the embedding, which training has no use for.
    /// </summary>
    public ModelGradients Run(double[] parameters, int level, double gradientScale = 1) =>
        Run(Context(), values => Backend.Load(values, level), vector => vector.Share(), parameters, gradientScale);

    /// <summary>The same pass on any backend.</summary>
    /// <param name="context">Where to run.</param>
    /// <param name="load">Puts slot values on the context's backend.</param>
    /// <param name="clear">A vector of the context's backend as one of the clear backend, which the caller owns.</param>
    /// <param name="parameters">Trained parameters, flat.</param>
    /// <param name="gradientScale">Factor on the gradients.</param>
    public ModelGradients Run(
        EncryptedContext context, Func<double[], SlotVector> load, Func<SlotVector, SlotVector> clear, double[] parameters,
        double gradientScale = 1)
    {
        using var step = model.Step(Shape.Layout(), gradientScale);
        using var batch = model.Batch(Shape.Layout(), load) with { OwnsFactors = true };
        var packed = context.Tensor("parameters", SlotLayout.Repeated(model.Slots), [load(Repeat(parameters))], true);
        var x = context.Tensor("embedding", Shape.Layout(model.Hidden), [.. batch.Embedding.Select(vector => vector.Share())], true);
        var mask = context.Tensor("mask", Shape.Layout(), [batch.Mask.Share()]);
        var labels = context.Tensor("labels", Shape.Layout(), [batch.Labels.Share()]);
        var logits = step.Model.Forward(x, mask, packed, batch.Factors);
        var values = Read(clear, logits.Vectors, FirstTokens);
        context.Tape.Backward(logits, Functional.LogisticLossGradient(logits, labels, step.Sigmoid, step.LossWeight));
        var result = new ModelGradients(
            values, Read(clear, packed.Gradient!.Vectors, vectors => Parameters(vectors[0])), Read(clear, x.Gradient!.Vectors, Shape.Read));
        context.Release();
        return result;
    }

    /// <summary>Parameters in slots, repeated with the smallest power of two that holds them.</summary>
    public double[] Repeat(double[] parameters)
    {
        var period = 1;
        while (period < parameters.Length)
            period *= 2;
        return [.. Enumerable.Range(0, model.Slots).Select(slot => slot % period < parameters.Length ? parameters[slot % period] : 0)];
    }

    /// <summary>Trained parameters, or their gradients, from the packed vector.</summary>
    public double[] Parameters(SlotVector packed) =>
        ClearBackend.Read(packed)[..model.ParameterShapes.Sum(shape => shape.Rows * shape.Columns)];

    /// <summary>[example][vector].</summary>
    public double[] FirstTokens(IReadOnlyList<SlotVector> vectors)
    {
        var all = Shape.Read(vectors);
        return [.. Enumerable.Range(0, model.Examples * vectors.Count)
            .Select(i => all[i / vectors.Count * model.Tokens * vectors.Count + i % vectors.Count])];
    }

    private static double[] Read(Func<SlotVector, SlotVector> clear, IReadOnlyList<SlotVector> vectors, Func<IReadOnlyList<SlotVector>, double[]> read)
    {
        var readable = vectors.Select(clear).ToArray();
        var values = read(readable);
        foreach (var vector in readable)
            vector.Dispose();
        return values;
    }
}

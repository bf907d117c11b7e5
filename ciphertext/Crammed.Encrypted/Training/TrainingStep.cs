using Crammed.Approximation;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Layers;
using Crammed.Encrypted.Operations;

namespace Crammed.Encrypted.Training;

/// <summary>Levels and threads of a run; the keys are cut to them, so key generation and training must agree.</summary>
/// <param name="MaxLevel">Level of the parameter set's largest ciphertext.</param>
/// <param name="RefreshLevel">Level that a refreshed tensor gets unless an operation needs more.</param>
/// <param name="DataLevel">Level that data is encrypted at.</param>
/// <param name="Threads">Vectors processed at the same time.</param>
public sealed record CircuitSettings(int MaxLevel, int RefreshLevel, int DataLevel, int Threads)
{
    /// <summary>Levels that have served the demo's model best.</summary>
    private const int PreferredRefreshLevel = 4;

    /// <summary>The usual levels under a parameter set.</summary>
    public static CircuitSettings For(int maxLevel, int threads) =>
        new(maxLevel, Math.Min(PreferredRefreshLevel, maxLevel), Math.Min(PreferredRefreshLevel, maxLevel), threads);
}

/// <summary>
/// One step of fine-tuning: forward, gradient of the logistic loss, backward, AdamW-HE.
/// </summary>
/// <param name="Model">The classifier.</param>
/// <param name="Layout">Slots of the activations: tokens and examples.</param>
/// <param name="Sigmoid">Sigmoid of the logit difference.</param>
/// <param name="LossWeight">Gradient scale / examples in the slots of first tokens of real examples, 0 elsewhere.</param>
/// <param name="Optimizer">The update rule.</param>
public sealed record TrainingStep(
    EncryptedClassifier Model, SlotLayout Layout, FittedFunction Sigmoid, PlainSlots LossWeight, AdamWHe Optimizer) : IDisposable
{
    /// <summary>Frees the encodings of the public masks.</summary>
    public void Dispose()
    {
        LossWeight.Dispose();
        Model.Head.FirstToken.Dispose();
    }

    /// <summary>Runs the step; takes over the batch and the state.</summary>
    /// <param name="context">Where to run; its tensors are released at the end.</param>
    /// <param name="batch">The step's examples.</param>
    /// <param name="state">Parameters and moments before.</param>
    /// <param name="step">Number of the step, from 1.</param>
    /// <param name="learningRate">Rate at this step.</param>
    /// <returns>The state after, and the logits before the update (one vector a class), which the caller owns.</returns>
    public (OptimizerState State, SlotVector[] Logits) Run(
        EncryptedContext context, TrainingBatch batch, OptimizerState state, int step, double learningRate)
    {
        var parameters = context.Tensor("parameters", SlotLayout.Repeated(Layout.SlotCount), [state.Parameters.Share()], requiresGradient: true);
        var logits = Forward(context, batch, parameters);
        var outputs = logits.Vectors.Select(vector => vector.Share()).ToArray();
        var labels = context.Tensor("labels", Layout, [batch.Labels.Share()]);
        EncryptedTensor gradient;
        using (context.Recorder.Enter("loss"))
            gradient = Functional.LogisticLossGradient(logits, labels, Sigmoid, LossWeight);
        context.Tape.Backward(logits, gradient);
        var updated = Optimizer.Update(context, state, parameters.Gradient![0], step, learningRate);
        context.Release();
        batch.Dispose();
        state.Dispose();
        return (updated, outputs);
    }

    /// <summary>Logits of a batch under the given packed parameters.</summary>
    public EncryptedTensor Forward(EncryptedContext context, TrainingBatch batch, EncryptedTensor parameters)
    {
        var x = context.Tensor(
            "embedding", Layout.WithAcross(new Axis(SlotLayout.Feature, batch.Embedding.Length)),
            [.. batch.Embedding.Select(vector => vector.Share())]);
        var mask = context.Tensor("mask", Layout, [batch.Mask.Share()]);
        return Model.Forward(x, mask, parameters, batch.Factors);
    }
}

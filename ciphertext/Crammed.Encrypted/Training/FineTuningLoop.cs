using System.Diagnostics;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Model;

namespace Crammed.Encrypted.Training;

/// <summary>Where a run takes its vectors from: an encrypted container, or clear data for runs without encryption.</summary>
public interface ITrainingData
{
    /// <summary>The packed initial parameters.</summary>
    SlotVector InitialParameters();

    /// <summary>A training step's batch, steps from 0.</summary>
    TrainingBatch Batch(int step);

    /// <summary>A batch to evaluate, without labels.</summary>
    TrainingBatch Evaluation(int batch);
}

/// <summary>What a finished step reports.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Logits">Logits before the update, one vector a class; valid during the call.</param>
/// <param name="Seconds">Wall time of the step.</param>
public sealed record StepReport(int Step, IReadOnlyList<SlotVector> Logits, double Seconds);

/// <summary>All steps of a fine-tuning run, on any backend.</summary>
public sealed class FineTuningLoop(TrainingStep step, FineTuningSettings settings)
{
    /// <summary>Trains; the caller owns the final state.</summary>
    /// <exception cref="OperationCanceledException">Asked to stop; the step under way was finished.</exception>
    public OptimizerState Train(EncryptedContext context, ITrainingData data, Action<StepReport> report, CancellationToken cancellation)
    {
        var state = new OptimizerState(data.InitialParameters(), null, null);
        for (var index = 0; index < settings.Steps; index++)
        {
            if (cancellation.IsCancellationRequested)
            {
                state.Dispose();
                cancellation.ThrowIfCancellationRequested();
            }
            var start = Stopwatch.GetTimestamp();
            var (updated, logits) = step.Run(context, data.Batch(index), state, index + 1, settings.LearningRateAt(index));
            state = updated;
            report(new StepReport(index + 1, logits, Stopwatch.GetElapsedTime(start).TotalSeconds));
            foreach (var vector in logits)
                vector.Dispose();
        }
        return state;
    }

    /// <summary>Logits of each evaluation batch under the given packed parameters.</summary>
    public void Evaluate(
        EncryptedContext context, ITrainingData data, SlotVector parameters, int batches, Action<StepReport> report, CancellationToken cancellation)
    {
        context.Tape.Enabled = false;
        for (var index = 0; index < batches; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            using var batch = data.Evaluation(index);
            var packed = context.Tensor("parameters", SlotLayout.Repeated(step.Layout.SlotCount), [parameters.Share()]);
            var logits = step.Forward(context, batch, packed);
            report(new StepReport(index + 1, logits.Vectors, Stopwatch.GetElapsedTime(start).TotalSeconds));
            context.Release();
        }
        context.Tape.Enabled = true;
    }
}

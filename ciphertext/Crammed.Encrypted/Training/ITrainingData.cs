using Crammed.Encrypted.Backends;

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

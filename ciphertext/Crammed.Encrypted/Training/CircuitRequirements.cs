using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Layers;
using Crammed.Model;

namespace Crammed.Encrypted.Training;

/// <summary>
/// What a run takes, found by running the circuit once on levels alone: training steps and an evaluation.
/// </summary>
/// <param name="Levels">The most levels that a refresh must give: a parameter set with fewer cannot run the circuit.</param>
/// <param name="RelinearizationLevel">Highest level of a product.</param>
/// <param name="Rotations">Steps to the left and the highest level of such a rotation.</param>
public sealed record CircuitRequirements(int Levels, int RelinearizationLevel, IReadOnlyDictionary<int, int> Rotations)
{
    /// <summary>Steps after which the optimizer's state stands at the levels that it keeps.</summary>
    private const int DrySteps = 2;

    /// <param name="step">The circuit.</param>
    /// <param name="run">How it will be run.</param>
    public static CircuitRequirements Of(TrainingStep step, CircuitSettings run)
    {
        using var context = new EncryptedContext(new CostingBackend(step.Layout.SlotCount, run.MaxLevel), run.RefreshLevel);
        var data = new LevelData(step.Model, run);
        var loop = new FineTuningLoop(step, new FineTuningSettings { Steps = DrySteps });
        using var state = loop.Train(context, data, _ => { }, CancellationToken.None);
        loop.Evaluate(context, data, state.Parameters, batches: 1, _ => { }, CancellationToken.None);
        var refreshes = context.Recorder.Records.Where(record => record.Operation == "refresh");
        var levels = refreshes.Select(record => record.Level).DefaultIfEmpty().Max();
        return new CircuitRequirements(levels, context.Recorder.RelinearizationLevel, context.Recorder.Rotations);
    }

    /// <summary>Data of the right levels. Dropout changes values, not levels, so the factors are empty.</summary>
    private sealed class LevelData(EncryptedClassifier model, CircuitSettings run) : ITrainingData
    {
        private readonly PlainSlots[] _factors = [.. Enumerable.Range(0, model.Rank).Select(_ => new PlainSlots([]))];

        public SlotVector InitialParameters() => CostingBackend.Load(run.MaxLevel);

        public TrainingBatch Batch(int step) => new(
            [.. model.FinalNorm.Gamma.Select(_ => CostingBackend.Load(run.DataLevel))], CostingBackend.Load(run.DataLevel),
            CostingBackend.Load(run.DataLevel), [.. model.Layers.Select(_ => new AdapterFactors(_factors, _factors, _factors))]);

        public TrainingBatch Evaluation(int batch) => Batch(batch);
    }
}

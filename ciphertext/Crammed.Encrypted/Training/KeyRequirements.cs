using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Tensors;
using Crammed.Model;

namespace Crammed.Encrypted.Training;

/// <summary>
/// The evaluation keys that a run needs, each with the highest level it is used at: found by running the circuit once on zeros.
/// </summary>
/// <param name="RelinearizationLevel">Highest level of a product.</param>
/// <param name="Rotations">Steps to the left and the highest level of such a rotation.</param>
public sealed record KeyRequirements(int RelinearizationLevel, IReadOnlyDictionary<int, int> Rotations)
{
    /// <summary>Steps after which the optimizer's state stands at the levels that it keeps.</summary>
    private const int DrySteps = 2;

    /// <summary>Runs training steps and an evaluation on zeros.</summary>
    /// <param name="step">The circuit.</param>
    /// <param name="run">How it will be run.</param>
    /// <param name="factors">Adapter factors without dropout; dropout changes values, not levels.</param>
    /// <param name="hidden">Width of the embedding.</param>
    public static KeyRequirements Of(TrainingStep step, CircuitSettings run, IReadOnlyList<Layers.AdapterFactors> factors, int hidden)
    {
        var backend = new ClearBackend(step.Layout.SlotCount, run.MaxLevel, threads: run.Threads);
        var context = new EncryptedContext(backend, run.RefreshLevel) { ChecksDomains = false };
        var data = new ZeroData(backend, run, factors, hidden);
        var settings = new FineTuningSettings { Steps = DrySteps };
        var loop = new FineTuningLoop(step, settings);
        using var state = loop.Train(context, data, _ => { }, CancellationToken.None);
        loop.Evaluate(context, data, state.Parameters, batches: 1, _ => { }, CancellationToken.None);
        return new KeyRequirements(context.Recorder.RelinearizationLevel, context.Recorder.Rotations);
    }

    private sealed class ZeroData(ClearBackend backend, CircuitSettings run, IReadOnlyList<Layers.AdapterFactors> factors, int hidden) : ITrainingData
    {
        public SlotVector InitialParameters() => Zero(run.MaxLevel);

        public TrainingBatch Batch(int step) => new(
            [.. Enumerable.Range(0, hidden).Select(_ => Zero(run.DataLevel))], Zero(run.DataLevel), Zero(run.DataLevel), factors);

        public TrainingBatch Evaluation(int batch) => Batch(batch);

        private SlotVector Zero(int level) => backend.Load(new double[backend.SlotCount], level);
    }
}

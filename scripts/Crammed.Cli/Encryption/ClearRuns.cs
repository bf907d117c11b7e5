using Crammed.Ckks;
using Crammed.Converter;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Tensors;
using Crammed.Encrypted.Training;
using Crammed.Model;

namespace Crammed.Cli.Encryption;

/// <summary>Runs the circuit on clear slots (<c>fhe=disable</c>), with and without injected noise.</summary>
internal static class ClearRuns
{
    /// <param name="circuit">The circuit.</param>
    /// <param name="plan">Initial parameters, batches, masks.</param>
    /// <param name="train">Exported training examples.</param>
    /// <param name="parameters">The ring whose noise is injected.</param>
    /// <param name="noisyRuns">Runs with noise.</param>
    /// <param name="progress">Told after each step of each run.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="RangeViolationException">A value left its calibrated domain.</exception>
    public static ClearRunResult Run(
        Circuit circuit, FineTuningPlan plan, EncryptableSplit train, CkksParameters parameters, int noisyRuns,
        IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        using var data = new ClearData(plan, circuit.Step, circuit.Run, circuit.Factors(), index => train.Examples[index]);
        int done = 0, total = (noisyRuns + 1) * plan.Settings.Steps;
        var (clear, weights) = Train(null, 0);
        var noisy = new double[noisyRuns][];
        var model = new CkksNoiseModel(parameters);
        for (int run = 0; run < noisyRuns; run++)
            noisy[run] = Train(model, run + 1).Losses;
        return new ClearRunResult(clear, noisy, weights);

        (double[] Losses, TrainedWeights Weights) Train(INoiseModel? noise, int seed)
        {
            var losses = new List<double>();
            double range = parameters.Moduli[0] / (2 * parameters.ScaleAt(0));
            var backend = new ClearBackend(parameters.SlotCount, circuit.Run.MaxLevel, range, noise, seed);
            var context = new EncryptedContext(backend, circuit.Run.RefreshLevel, circuit.Run.Threads);
            using var state = new FineTuningLoop(circuit.Step, plan.Settings).Train(context, data.On(backend), report =>
            {
                var labels = plan.Batch(report.Step - 1).ToArray().Select(index => train.Examples[(int)index].Label).ToArray();
                losses.Add(LogisticLoss.Mean(circuit.Layout, [.. report.Logits.Select(ClearBackend.Read)], labels));
                progress?.Report((++done, total));
            }, cancellation);
            var values = circuit.Step.Model.Parameters.Unpack(ClearBackend.Read(state.Parameters));
            return ([.. losses], new TrainedWeights(plan.Settings, plan.Shape, values));
        }
    }
}

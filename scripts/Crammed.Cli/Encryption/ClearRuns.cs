using Crammed.Ckks;
using Crammed.Converter;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Training;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Cli.Encryption;

/// <summary>Runs the circuit on clear slots (<c>fhe=disable</c>), with and without injected noise.</summary>
/// <param name="circuit">The circuit.</param>
/// <param name="draw">Initial parameters, batches, masks.</param>
/// <param name="train">Exported training examples.</param>
/// <param name="parameters">The ring whose noise is injected.</param>
internal sealed class ClearRuns(Circuit circuit, FineTuningDraw draw, EncryptableSplit train, CkksParameters parameters)
{
    private readonly INoiseModel _noise = new CkksNoiseModel(parameters);

    /// <summary>The loss of each step with polynomials and no noise.</summary>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="RangeViolationException">A value left its calibrated domain.</exception>
    public double[] WithoutNoise(IProgress<WorkProgress> progress, CancellationToken cancellation) =>
        Train(null, 0, 0, draw.Settings.Steps, progress, cancellation);

    /// <summary>The losses of independent runs with the noise that ciphertexts are estimated to have, [run][step].</summary>
    /// <param name="count">Runs.</param>
    /// <param name="progress">Told after each step of each run.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="RangeViolationException">A value left its calibrated domain.</exception>
    public double[][] WithNoise(int count, IProgress<WorkProgress> progress, CancellationToken cancellation) =>
        [.. Enumerable.Range(0, count).Select(run =>
            Train(_noise, run + 1, run * draw.Settings.Steps, count * draw.Settings.Steps, progress, cancellation))];

    private double[] Train(
        INoiseModel? noise, int seed, int stepsBefore, int totalSteps, IProgress<WorkProgress> progress,
        CancellationToken cancellation)
    {
        using var data = new ClearData(draw, circuit.Step, circuit.Run, circuit.Factors(), index => train.Examples[index]);
        var losses = new List<double>();
        var range = parameters.Moduli[0] / (2 * parameters.ScaleAt(0));
        var backend = new ClearBackend(parameters.SlotCount, circuit.Run.MaxLevel, range, noise, seed, circuit.Run.Threads);
        var context = new EncryptedContext(backend, circuit.Run.RefreshLevel);
        using var state = new FineTuningLoop(circuit.Step, draw.Settings).Train(context, data.On(backend), report =>
        {
            var labels = draw.Batch(report.Step - 1).ToArray().Select(index => train.Examples[(int)index].Label).ToArray();
            losses.Add(LogisticLoss.Mean(circuit.Layout, [.. report.Logits.Select(ClearBackend.Read)], labels));
            progress.Report(new WorkProgress("clear slots", stepsBefore + losses.Count, totalSteps, "steps"));
        }, cancellation);
        return [.. losses];
    }
}

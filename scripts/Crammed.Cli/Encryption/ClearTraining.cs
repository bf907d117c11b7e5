using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Models;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Cli.Encryption;

/// <summary>What training on clear slots gave.</summary>
/// <param name="Weights">Adapters and head.</param>
/// <param name="Losses">Loss of each step.</param>
internal sealed record ClearOutcome(TrainedWeights Weights, double[] Losses);

/// <summary>
/// A plan's programs on clear slots: <c>fhe=disable</c>, and with the noise that ciphertexts are estimated to have <c>fhe=simulate</c>. What
/// leaves a polynomial's domain or a refresh's range is an error that names the value.
/// </summary>
/// <param name="plan">The programs.</param>
/// <param name="packing">Of the plan's model.</param>
internal sealed class ClearTraining(PlanFolder plan, TaskPacking packing)
{
    /// <summary>Trains by a draw.</summary>
    /// <param name="draw">Initial weights, order of the examples.</param>
    /// <param name="train">Exported examples.</param>
    /// <param name="noiseSeed">Seed of the noise; null: none.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="InvalidDataException">A value left its domain, or the draw is for another plan.</exception>
    public ClearOutcome Train(
        FineTuningDraw draw, EncryptableSplit train, int? noiseSeed, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var data = packing.Data(plan, draw, train.Examples, []);
        using var run = new ClearPlanRun(plan, data.State(), noiseSeed);
        var losses = new double[draw.Settings.Steps];
        for (var step = 0; step < losses.Length; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var current = step;
            var logits = packing.Logits(Guarded(() => run.Train(current, data.Batch(current)), $"step {step + 1}"), draw.Settings.BatchSize);
            losses[step] = TrainingResults.Loss(logits, LabelsOf(draw, train, step));
            progress?.Report(new WorkProgress("clear slots", step + 1, losses.Length, "steps"));
        }
        return new ClearOutcome(CheckpointModel.Weights(draw, packing.Trained(run.State)), losses);
    }

    /// <summary>The losses of independent runs with noise, [run][step].</summary>
    /// <param name="draw">Initial weights, order of the examples.</param>
    /// <param name="train">Exported examples.</param>
    /// <param name="count">Runs.</param>
    /// <param name="progress">Told after each run.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="InvalidDataException">A value left its domain.</exception>
    public double[][] WithNoise(
        FineTuningDraw draw, EncryptableSplit train, int count, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var losses = new double[count][];
        for (var run = 0; run < count; run++)
        {
            losses[run] = Train(draw, train, noiseSeed: run + 1, progress: null, cancellation).Losses;
            progress?.Report(new WorkProgress("clear slots with noise", run + 1, count, "runs"));
        }
        return losses;
    }

    /// <summary>Logits [example][class] of examples under weights.</summary>
    /// <param name="weights">Adapters and head.</param>
    /// <param name="examples">What to evaluate.</param>
    /// <param name="noiseSeed">Seed of the noise; null: none.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="InvalidDataException">A value left its domain.</exception>
    public double[][] Evaluate(
        TrainedWeights weights, IReadOnlyList<PackedExample> examples, int? noiseSeed, IProgress<WorkProgress>? progress,
        CancellationToken cancellation)
    {
        using var run = new ClearPlanRun(plan, packing.State(CheckpointModel.Trained(weights)), noiseSeed);
        var logits = new List<double[]>();
        foreach (var batch in examples.Chunk(plan.Training.Grid.Examples))
        {
            cancellation.ThrowIfCancellationRequested();
            var place = $"examples {logits.Count + 1} to {logits.Count + batch.Length}";
            logits.AddRange(packing.Logits(Guarded(() => run.Evaluate(packing.Batch(batch)), place), batch.Length));
            progress?.Report(new WorkProgress("clear slots", logits.Count, examples.Count, "examples"));
        }
        return [.. logits];
    }

    /// <summary>The classes or scores of a step's examples.</summary>
    public static double[] LabelsOf(FineTuningDraw draw, EncryptableSplit train, int step) =>
        [.. draw.Batch(step).ToArray().Select(index => train.Examples[(int)index].Label)];

    private static double[][] Guarded(Func<double[][]> work, string place)
    {
        try
        {
            return work();
        }
        catch (Encrypted.Execution.RangeViolationException exception)
        {
            // Another calibration would have prevented it: bad input, not a fault of the program.
            throw new InvalidDataException(
                $"{place}: {exception.Message}; calibrate the model on text closer to this data, widen its ranges (range_margin), or plan with more "
                + "calibration_steps", exception);
        }
    }
}

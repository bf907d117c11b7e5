using System.Globalization;
using System.Text;
using Crammed.Files;

namespace Crammed.Bert;

/// <summary>What a fine-tuning run did; the weights are the classifier's.</summary>
/// <param name="Steps">Loss of every step.</param>
/// <param name="Epochs">Evaluations, the last one of the weights as they are now; empty if none was due.</param>
/// <param name="Seconds">Seconds of training and evaluation.</param>
/// <param name="Interrupted">Whether it was cancelled before its last step.</param>
/// <param name="Divergence">The step whose loss or gradient was not finite; it was not taken. Null: there was none.</param>
public sealed record FineTuningResult(
    IReadOnlyList<FineTuningStep> Steps,
    IReadOnlyList<TaskEpoch> Epochs,
    double Seconds,
    bool Interrupted,
    TrainingDivergedException? Divergence = null)
{
    /// <summary>Whether every step was taken.</summary>
    public bool IsComplete => !Interrupted && Divergence is null;

    /// <exception cref="TrainingDivergedException">The run diverged.</exception>
    public void RequireFinite()
    {
        if (Divergence is not null)
            throw Divergence;
    }
}

/// <summary>One step of fine-tuning.</summary>
/// <param name="Step">From 1.</param>
/// <param name="LearningRate">Rate of this step's update.</param>
/// <param name="Loss">Mean over the batch before the update: cross entropy in nats, or squared error.</param>
public sealed record FineTuningStep(int Step, double LearningRate, double Loss)
{
    /// <summary>Writes step, learning_rate and loss as comma-separated values (round-trip precision), atomically.</summary>
    public static void Write(string path, IEnumerable<FineTuningStep> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var text = new StringBuilder("step,learning_rate,loss\n");
        foreach (var step in steps)
            text.Append(CultureInfo.InvariantCulture, $"{step.Step},{step.LearningRate:R},{step.Loss:R}\n");
        AtomicFile.WriteText(path, text.ToString());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is no step; names it.</exception>
    public static IReadOnlyList<FineTuningStep> Read(string path) =>
        [.. File.ReadLines(path).Skip(1).Select((line, index) => Parse(line)
            ?? throw new InvalidDataException($"{path}: line {index + 2}, '{line}', is no step, learning rate and loss"))];

    private static FineTuningStep? Parse(string line) =>
        line.Split(',') is [var step, var rate, var loss]
        && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && double.TryParse(rate, NumberStyles.Float, CultureInfo.InvariantCulture, out var learningRate)
        && double.TryParse(loss, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? new FineTuningStep(number, learningRate, value)
            : null;
}

/// <summary>One evaluation during fine-tuning: after an epoch, or after the last step.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Steps taken so far.</param>
/// <param name="TrainingLoss">Mean over the epoch's steps.</param>
/// <param name="Metrics">The task's metrics on the evaluation split, the main one first.</param>
public sealed record TaskEpoch(int Epoch, int Step, double TrainingLoss, IReadOnlyList<MetricValue> Metrics);

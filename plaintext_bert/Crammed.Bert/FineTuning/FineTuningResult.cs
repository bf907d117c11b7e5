using System.Globalization;
using System.Text;
using Crammed.Files;

namespace Crammed.Bert;

/// <summary>What a fine-tuning run did.</summary>
/// <param name="Weights">Trained adapters (in an adapter run) and head.</param>
/// <param name="Steps">Loss of every step.</param>
/// <param name="Seconds">Seconds of training.</param>
/// <param name="Interrupted">Whether it was cancelled before its last step; the weights are those after the last step taken.</param>
public sealed record FineTuningResult(TrainedWeights Weights, IReadOnlyList<FineTuningStep> Steps, double Seconds, bool Interrupted)
{
    public const string WeightsFile = "adapters.safetensors";
    public const string MetricsFile = "metrics.csv";

    /// <summary>Writes adapters.safetensors and metrics.csv (step, learning_rate, loss; round-trip precision), each atomically.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        Weights.Write(Path.Combine(folder, WeightsFile));
        var text = new StringBuilder("step,learning_rate,loss\n");
        foreach (var step in Steps)
            text.Append(CultureInfo.InvariantCulture, $"{step.Step},{step.LearningRate:R},{step.Loss:R}\n");
        AtomicFile.WriteText(Path.Combine(folder, MetricsFile), text.ToString());
    }
}

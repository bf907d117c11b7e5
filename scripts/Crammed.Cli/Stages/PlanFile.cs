using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>Reads what fine-tuning starts from and ends with, with a clear line where it is missing.</summary>
internal static class PlanFile
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static FineTuningPlan Read(string path) => FineTuningPlan.Read(Existing(path, "crammed plan"));

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static TrainedWeights ReadWeights(string path) => TrainedWeights.Read(Existing(path, "crammed finetune"));

    private static string Existing(string path, string writer) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path}: not found; {writer} writes it", path);
}

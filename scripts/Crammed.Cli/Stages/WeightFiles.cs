using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>Reads what fine-tuning starts from and ends with; a missing file is one clear line.</summary>
internal static class WeightFiles
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static FineTuningDraw ReadDraw(string path) => FineTuningDraw.Read(Existing(path, "crammed draw"));

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static TrainedWeights ReadAdapters(string path) => TrainedWeights.Read(Existing(path, "crammed finetune"));

    private static string Existing(string path, string writer) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path}: not found; {writer} writes it", path);
}

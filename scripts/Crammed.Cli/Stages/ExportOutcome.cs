using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What an export wrote.</summary>
/// <param name="Task">The task.</param>
/// <param name="TrainFile">The training split.</param>
/// <param name="DevFile">The evaluation split.</param>
/// <param name="TrainExamples">Examples in the one.</param>
/// <param name="DevExamples">Examples in the other.</param>
/// <param name="Bytes">Size of both files.</param>
internal sealed record ExportOutcome(
    TaskDescription Task, string TrainFile, string DevFile, int TrainExamples, int DevExamples, long Bytes);

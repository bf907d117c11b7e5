using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>What an export wrote of one task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Files">One file a split.</param>
internal sealed record ExportOutcome(TaskDescription Task, IReadOnlyList<ExportedFile> Files)
{
    /// <summary>The training split.</summary>
    /// <exception cref="InvalidOperationException">It was not exported.</exception>
    public string TrainFile => Files.Single(file => file.Split == TaskSplit.Train).Path;

    /// <summary>The evaluation split.</summary>
    /// <exception cref="InvalidOperationException">It was not exported.</exception>
    public string DevFile => Files.Single(file => file.Split == TaskSplit.Dev).Path;

    /// <summary>Examples of the training split; 0 where it was not exported.</summary>
    public int TrainExamples => Files.Where(file => file.Split == TaskSplit.Train).Sum(file => file.Examples);

    /// <summary>Examples of the evaluation split; 0 where it was not exported.</summary>
    public int DevExamples => Files.Where(file => file.Split == TaskSplit.Dev).Sum(file => file.Examples);

    /// <summary>Size of all files.</summary>
    public long Bytes => Files.Sum(file => new FileInfo(file.Path).Length);
}

using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>A task whose splits have been read and so are known to be well-formed.</summary>
internal sealed class LoadedTask(ITaskSource source) : ITaskSource
{
    private readonly IReadOnlyList<Example> _train = source.Read(TaskSplit.Train);
    private readonly IReadOnlyList<Example> _dev = source.Read(TaskSplit.Dev);

    /// <inheritdoc/>
    public TaskDescription Description => source.Description;

    /// <inheritdoc/>
    public IReadOnlyList<Example> Read(TaskSplit split) => split == TaskSplit.Train ? _train : _dev;
}

using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>A task of which some splits have been read and so are known to be well-formed.</summary>
internal sealed class LoadedTask(ITaskSource source, IEnumerable<TaskSplit> splits) : ITaskSource
{
    private readonly Dictionary<TaskSplit, IReadOnlyList<Example>> _examples = splits.ToDictionary(split => split, source.Read);

    /// <inheritdoc/>
    public TaskDescription Description => source.Description;

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">Another split than those that were read.</exception>
    public IReadOnlyList<Example> Read(TaskSplit split) => _examples[split];
}

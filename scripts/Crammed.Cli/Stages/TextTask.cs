using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>A task's text as evaluation takes it. Paths are absolute.</summary>
/// <param name="Definition">The task.</param>
/// <param name="Folder">Folder of tasks' files; null where only generated tasks are asked for.</param>
/// <param name="WordNetFolder">Folder of WordNet's data files.</param>
/// <param name="Limit">At most so many examples; null: all.</param>
internal sealed record TextTask(TaskDefinition Definition, string? Folder, string WordNetFolder, int? Limit);

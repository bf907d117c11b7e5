using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>A file that an export wrote.</summary>
/// <param name="Split">The split it is of.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Examples">Examples in it.</param>
internal sealed record ExportedFile(TaskSplit Split, string Path, int Examples);

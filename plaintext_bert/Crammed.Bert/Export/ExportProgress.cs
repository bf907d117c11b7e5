namespace Crammed.Bert;

/// <summary>State of an export.</summary>
/// <param name="Done">Examples written.</param>
/// <param name="Total">Examples in all.</param>
public sealed record ExportProgress(int Done, int Total);

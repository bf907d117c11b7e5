namespace Crammed.Bert;

/// <summary>State of an export.</summary>
/// <param name="Done">Examples done, those of an interrupted export included.</param>
/// <param name="Total">Examples in all.</param>
/// <param name="Kept">Examples that an interruption would leave: those of the parts on the disk.</param>
/// <param name="RemainingSeconds">Estimate of the seconds left.</param>
public sealed record ExportProgress(int Done, int Total, int Kept, double RemainingSeconds);

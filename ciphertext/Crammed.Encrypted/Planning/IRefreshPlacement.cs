namespace Crammed.Encrypted.Planning;

/// <summary>A choice of values to refresh.</summary>
/// <param name="Schedule">its levels and costs</param>
/// <param name="Notes">lines that say how it was found</param>
public sealed record Placement(LevelSchedule Schedule, IReadOnlyList<string> Notes);

/// <summary>Chooses the values that a program refreshes.</summary>
public interface IRefreshPlacement
{
    /// <exception cref="InvalidOperationException">no choice gives every instruction its levels</exception>
    Placement Place(RefreshProblem problem);
}

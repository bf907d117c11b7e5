using Crammed.Encrypted.Planning;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>The cheapest placement of all there are.</summary>
internal static class BruteForce
{
    /// <summary>Milliseconds over all sets of refreshed values, inputs among them.</summary>
    public static double CheapestMilliseconds(RefreshProblem problem)
    {
        var scheduler = new LevelScheduler(problem);
        var refreshed = new bool[problem.Dependencies.Values.Count];
        var best = double.PositiveInfinity;
        for (var set = 0; set < 1 << refreshed.Length; set++)
        {
            for (var value = 0; value < refreshed.Length; value++)
                refreshed[value] = (set >> value & 1) != 0;
            best = Math.Min(best, scheduler.Milliseconds(refreshed));
        }
        return best;
    }
}

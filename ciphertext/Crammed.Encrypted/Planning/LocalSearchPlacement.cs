using System.Globalization;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Local search. From the baseline, and from what is cheap to refresh on paths that lack levels, a value is added, removed, or moved along
/// an edge; what lacks levels then is refreshed, what is refreshed for nothing is not; the first step that is cheaper is taken until none
/// is. Then the refreshes of a stretch of the program are made anew under random weights, again and again, and searched from where that is
/// cheaper. The result is never dearer than the baseline, and the same for the same seed.
/// </summary>
/// <param name="evaluations">sets of refreshed values that are tried, about</param>
/// <param name="seed">of the random changes</param>
public sealed class LocalSearchPlacement(int evaluations = 200_000, int seed = 1) : IRefreshPlacement
{
    /// <summary>Told how many sets have been tried.</summary>
    public PlanningWatch Watch { get; init; } = new();

    public Placement Place(RefreshProblem problem)
    {
        var search = new LocalSearch(problem, evaluations);
        var baseline = new EagerPlacement().Place(problem).Schedule;
        search.Start(baseline.Refreshed);
        search.Start([]);
        var random = new Random(seed);
        while (!search.IsOver)
        {
            Report();
            search.Restart(random);
        }
        Report();
        var schedule = search.BestSchedule();
        var share = 1 - schedule.Milliseconds / baseline.Milliseconds;
        return new Placement(schedule,
        [
            $"refreshes when out of levels: {baseline}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"local search: {schedule}; {100 * share:F1} % less, {search.Restarts} restarts, {search.Evaluations} sets tried"),
        ]);

        void Report() => Watch.Report("planning", Math.Min(search.Evaluations, evaluations), evaluations, "sets");
    }
}

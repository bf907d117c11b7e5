namespace Crammed.Encrypted.Planning;

/// <summary>
/// The baseline, "when out of levels": the program is run forward, and whatever an instruction reads is refreshed if it has fewer levels
/// than the instruction takes. Levels are lowered afterwards as those of any other placement.
/// </summary>
public sealed class EagerPlacement : IRefreshPlacement
{
    public Placement Place(RefreshProblem problem)
    {
        var refreshed = new bool[problem.Dependencies.Values.Count];
        RefreshLacking(problem, refreshed);
        var schedule = new LevelScheduler(problem).Schedule(refreshed);
        return new Placement(schedule, [$"refreshes when out of levels: {schedule}"]);
    }

    /// <summary>Adds what is out of levels, in the program's order, to values that are refreshed already.</summary>
    internal static void RefreshLacking(RefreshProblem problem, Span<bool> refreshed)
    {
        var dependencies = problem.Dependencies;
        var levels = new int[refreshed.Length];
        for (var value = 0; value < levels.Length; value++)
            levels[value] = dependencies.Producer(value) < 0 ? problem.RefreshedLevel : 0;
        for (var i = 0; i < dependencies.InstructionCount; i++)
        {
            var level = problem.RefreshedLevel;
            foreach (var operand in dependencies.Operands(i))
            {
                refreshed[operand] |= levels[operand] < problem.Depths[i];
                level = Math.Min(level, refreshed[operand] ? problem.RefreshedLevel : levels[operand]);
            }
            foreach (var result in dependencies.Results(i))
                levels[result] = level - problem.Depths[i];
        }
        foreach (var output in dependencies.Outputs)
            refreshed[output] |= levels[output] < problem.OutputLevel(output);
    }
}

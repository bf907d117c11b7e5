using System.Globalization;
using Crammed.Encrypted.Planning;
using Google.OrTools.Sat;

namespace Crammed.Planning;

/// <summary>
/// The best placement, by an integer program that CP-SAT solves from a local search's result. If time is up before it is known to be the
/// best, the cheaper of both is taken, and a note says so. With several workers equally cheap placements may differ from run to run.
/// </summary>
/// <param name="timeLimit">for the solver</param>
/// <param name="workers">its threads; below 8 it leaves out those strategies that find bounds by linear programs, on however few
/// cores</param>
/// <param name="start">what the solver starts from, by default a local search</param>
public sealed class IntegerProgramPlacement(TimeSpan timeLimit, int workers = 8, IRefreshPlacement? start = null) : IRefreshPlacement
{
    private readonly IRefreshPlacement _start = start ?? new LocalSearchPlacement();

    /// <exception cref="InvalidOperationException">no choice gives every instruction its levels</exception>
    public Placement Place(RefreshProblem problem)
    {
        var known = _start.Place(problem);
        var program = new RefreshIntegerProgram(problem);
        program.Hint(known.Schedule);
        using var solver = new CpSolver
        {
            StringParameters = string.Create(
                CultureInfo.InvariantCulture, $"max_time_in_seconds:{timeLimit.TotalSeconds:F3},num_workers:{workers},random_seed:1"),
        };
        var status = solver.Solve(program.Model);
        var found = status is CpSolverStatus.Optimal or CpSolverStatus.Feasible;
        if (!found && status != CpSolverStatus.Unknown)
            throw new InvalidOperationException($"the integer program is {status} though a placement is known: {program.Model.Validate()}");
        var schedule = found ? new LevelScheduler(problem).Schedule(program.Refreshed(solver)) : known.Schedule;
        if (known.Schedule.Milliseconds < schedule.Milliseconds)
            schedule = known.Schedule;
        var bound = Math.Max(0, RefreshIntegerProgram.Milliseconds(solver.BestObjectiveBound));
        var gap = Math.Max(0, 1 - bound / schedule.Milliseconds);
        var outcome = status == CpSolverStatus.Optimal ? "optimal" : found ? "time is up, the best found" : "time is up, nothing found";
        return new Placement(schedule,
        [
            .. known.Notes,
            string.Create(
                CultureInfo.InvariantCulture,
                $"integer program: {schedule}; {outcome}, at least {bound / 1000:F3} s, "
                + $"gap {100 * gap:F2} %, {solver.WallTime():F1} s, {program.Model.Model.Variables.Count} binaries"),
        ]);
    }
}

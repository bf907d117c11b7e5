using System.Globalization;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>A program that runs, and what it takes.</summary>
/// <param name="Program">with levels, refreshes and lifetimes</param>
/// <param name="Schedule">values refreshed, and their levels and milliseconds before memory was looked at</param>
/// <param name="Memory">of the values</param>
/// <param name="Milliseconds">of the program: bootstraps as its run pairs them, vectors lowered, stored and loaded</param>
/// <param name="WorkingBytes">the most that values and what an instruction takes for itself come to</param>
/// <param name="Log">what each pass did</param>
public sealed record ProgramPlan(
    EncryptedProgram Program, LevelSchedule Schedule, MemoryProfile Memory, double Milliseconds, long WorkingBytes,
    IReadOnlyList<string> Log)
{
    /// <summary>How the values to refresh were found.</summary>
    public required IReadOnlyList<string> PlacementNotes { get; init; }

    /// <summary>How a run keeps its memory; null: as it likes. What that takes longer is in the milliseconds.</summary>
    public RunMemory? RunMemory { get; init; }

    /// <summary>All passes from a program without levels to one that runs.</summary>
    /// <param name="program">without levels and refreshes</param>
    /// <param name="costs">of the machine and the parameters</param>
    /// <param name="placement">chooses the values to refresh</param>
    /// <param name="options">what is asked of the plan</param>
    /// <exception cref="ArgumentException">the program is planned already, is too deep, or a refreshed value has no bound</exception>
    /// <exception cref="MemoryBudgetException">it does not fit the memory that it is given</exception>
    public static ProgramPlan Create(EncryptedProgram program, ICostModel costs, IRefreshPlacement placement, PlanOptions options)
    {
        var log = new List<string>();
        var living = Done(DeadCodeElimination.Run(program));
        var placed = placement.Place(new RefreshProblem(living, costs, options.Method, options.OutputLevels));
        log.AddRange(placed.Notes);
        var schedule = placed.Schedule;
        var refreshing = Done(RefreshInsertion.Run(schedule, options.Bounds, options.RangeMargin));
        var levels = LevelsOf(schedule, refreshing);
        var ordered = Done(RefreshGrouping.Run(Done(LifetimeOrder.Run(refreshing, levels, costs))));
        var planned = Done(FreeInsertion.Run(Done(LowerInsertion.Run(ordered, levels))));
        RunMemory? runMemory = null;
        if (options.Memory is { } budget)
            (planned, runMemory) = MemoryPlanning.Run(new LevelledProgram(ordered, levels), planned, costs, budget, options.Watch, log);
        else if (options.WorkingBytes is { } left)
            planned = MemoryPlanning.Run(new LevelledProgram(ordered, levels), costs, left(planned), options.Watch, log);
        var memory = MemoryProfile.Of(planned, costs);
        log.Add(memory.ToString());
        var timeline = MemoryTimeline.Of(planned, new InstructionCosts(costs, planned.Grid));
        log.Add(Total(planned, timeline, schedule));
        return new ProgramPlan(
            planned, schedule, memory, timeline.Milliseconds + (runMemory?.Milliseconds ?? 0), timeline.PeakBytes, log)
        {
            PlacementNotes = placed.Notes,
            RunMemory = runMemory,
        };

        EncryptedProgram Done(PassResult result)
        {
            log.Add(result.Summary);
            return result.Program;
        }
    }

    private static string Total(EncryptedProgram planned, MemoryTimeline timeline, LevelSchedule schedule)
    {
        var counts = planned.Instructions.OfType<Refresh>().Select(refresh => OperationCounts.Of(refresh, planned.Grid));
        var refreshes = counts.Sum(count => count.Refreshes);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"run: {timeline.Milliseconds / 1000:F3} s, {refreshes} refreshes as their ranges pair, {schedule.RefreshCount} if all did, "
            + $"{planned.Instructions.Count} instructions, {timeline.PeakBytes / 1048576.0:F1} MiB of values and instructions");
    }

    /// <summary>Levels of all values, refreshed copies among them.</summary>
    private static Dictionary<Value, int> LevelsOf(LevelSchedule schedule, EncryptedProgram refreshing)
    {
        var levels = new Dictionary<Value, int>();
        foreach (var (value, level) in schedule.Problem.Dependencies.Values.Zip(schedule.ValueLevels))
            levels.Add(value, level);
        foreach (var copy in refreshing.Instructions.OfType<Refresh>().SelectMany(refresh => refresh.Refreshed))
            levels.Add(copy, schedule.Problem.RefreshedLevel);
        return levels;
    }
}

/// <summary>What is asked of a plan.</summary>
/// <param name="Bounds">for values by name what no slot passes in size; those that are refreshed need one</param>
/// <param name="RangeMargin">a refresh's range is at least the bound times this</param>
/// <param name="Method">by whom values are refreshed</param>
/// <param name="OutputLevels">for outputs by name the least level to stand at</param>
/// <param name="WorkingBytes">
/// bytes that values and instructions may take, given the program as it is planned without regard to memory, whose keys and frozen maps
/// are those of the final one; or null
/// </param>
/// <param name="Memory">what a run may take in all, of which the plan chooses how much is for keys and diagonals; or null</param>
public sealed record PlanOptions(
    IReadOnlyDictionary<string, double> Bounds, double RangeMargin = 1, RefreshMethod Method = RefreshMethod.Bootstrap,
    IReadOnlyDictionary<string, int>? OutputLevels = null, Func<EncryptedProgram, long>? WorkingBytes = null,
    MemoryBudget? Memory = null)
{
    /// <summary>Told of the search for memory.</summary>
    public PlanningWatch Watch { get; init; } = new();
}

using System.Globalization;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Brings values, and what instructions take for themselves, within a budget of bytes: wide instructions go tile by tile, then values that
/// are not read for long are stored on disk or made again, whichever takes less time.
/// </summary>
internal static class MemoryPlanning
{
    /// <summary>Groups of less than this part of the budget are stored only if there is no other way.</summary>
    private const int SmallShare = 128;

    /// <summary>
    /// Shares of the budget that an instruction may need for itself. The more, the fewer tiles; the less, the fewer values are moved back
    /// and forth between them.
    /// </summary>
    private static readonly double[] RoomShares = [1, 0.9, 0.8, 0.7, 0.6];

    /// <summary>Those by which choices of keys and diagonals are compared: the first one that fits.</summary>
    private static readonly double[] ExploringShares = [0.8, 1, 0.6];

    /// <param name="program">with refreshes, in order, nothing lowered or freed</param>
    /// <param name="costs">milliseconds and bytes</param>
    /// <param name="budget">bytes of values and instructions</param>
    /// <param name="watch">told of each way that is tried</param>
    /// <param name="log">a line for each step</param>
    /// <returns>the program with all that it lowers, frees, stores and loads</returns>
    /// <exception cref="MemoryBudgetException">it does not fit; the message says what takes most</exception>
    public static EncryptedProgram Run(LevelledProgram program, ICostModel costs, long budget, PlanningWatch watch, List<string> log)
    {
        var instructionCosts = new InstructionCosts(costs, program.Program.Grid, budget / SmallShare);
        var attempts = RoomShares.Select((share, i) =>
        {
            watch.Report("planning memory", i, RoomShares.Length, "ways");
            return Attempt(program, instructionCosts, budget, (long)(budget * share), watch.Cancellation);
        }).ToArray();
        watch.Report("planning memory", RoomShares.Length, RoomShares.Length, "ways");
        var fitting = attempts.Where(attempt => attempt.After.PeakBytes <= budget).ToArray();
        var best = fitting.Length > 0
            ? fitting.MinBy(attempt => attempt.After.Milliseconds)!
            : attempts.MinBy(attempt => attempt.After.PeakBytes)!;
        log.AddRange(best.Log);
        log.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"memory: {best.Before.PeakBytes / 1048576.0:F0} to {best.After.PeakBytes / 1048576.0:F0} MiB of {budget / 1048576.0:F0}, "
            + $"{best.After.Program.Instructions.Count} instructions for {best.Before.Program.Instructions.Count}, "
            + $"{(best.After.Milliseconds - best.Before.Milliseconds) / 1000:F3} s more than {best.Before.Milliseconds / 1000:F3} s; "
            + $"of {attempts.Length} ways {fitting.Length} fit"));
        return fitting.Length > 0 ? best.After.Program : throw new MemoryBudgetException(Refusal(best.After, costs, budget), log);
    }

    /// <summary>
    /// The same within a budget of everything: of the ways to keep keys and diagonals the one that takes the least time together with what
    /// values then take.
    /// </summary>
    /// <param name="program">with refreshes, in order, nothing lowered or freed</param>
    /// <param name="planned">the program planned without regard to memory</param>
    /// <param name="costs">milliseconds and bytes</param>
    /// <param name="budget">of a run</param>
    /// <param name="watch">told of each way that is tried</param>
    /// <param name="log">a line for each way, and the lines of the one that is taken</param>
    /// <exception cref="MemoryBudgetException">no way fits</exception>
    public static (EncryptedProgram Program, RunMemory Choice) Run(
        LevelledProgram program, EncryptedProgram planned, ICostModel costs, MemoryBudget budget, PlanningWatch watch, List<string> log)
    {
        var choices = budget.Choices(planned);
        var before = MemoryTimeline.Of(planned, new InstructionCosts(costs, planned.Grid)).Milliseconds;
        var tried = new Dictionary<int, double?>();
        // What is left for values grows from choice to choice: the first that fits is found by halving.
        var (first, end) = (0, choices.Count);
        while (first < end)
        {
            var middle = (first + end) / 2;
            if (Milliseconds(middle) is null)
                first = middle + 1;
            else
                end = middle;
        }
        // The loosest one says what takes most where none fits.
        var best = Math.Min(first, choices.Count - 1);
        // Values take no less time than without regard to memory, and later choices take longer for keys.
        for (var i = first; i < choices.Count && choices[i].Milliseconds < Milliseconds(best); i++)
            best = Milliseconds(i) < Milliseconds(best) ? i : best;
        var fitting = Run(program, costs, budget.WorkingBytes(planned, choices[best]), watch, log);
        var taken = budget.ChoiceFor(fitting, choices[best]);
        log.Add($"memory: {taken}");
        return (fitting, taken);

        // What a choice adds in all by one way to tile, null if it does not fit.
        double? Milliseconds(int i)
        {
            if (tried.TryGetValue(i, out var known))
                return known;
            watch.Report("choosing what is kept in memory", tried.Count, choices.Count, "choices");
            var left = budget.TotalBytes - budget.FixedParts(planned, choices[i]).Sum(part => part.Bytes);
            double? added = null;
            if (left > 0)
            {
                var instructionCosts = new InstructionCosts(costs, planned.Grid, left / SmallShare);
                var after = ExploringShares.Select(share => Attempt(program, instructionCosts, left, (long)(left * share), watch.Cancellation).After)
                    .FirstOrDefault(timeline => timeline.PeakBytes <= left);
                added = choices[i].Milliseconds + after?.Milliseconds - before;
            }
            var outcome = added is { } milliseconds
                ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:F3} s with what values take")
                : "does not fit";
            log.Add(string.Create(CultureInfo.InvariantCulture, $"{choices[i]}, {left / 1048576.0:F0} MiB left for values: {outcome}"));
            tried.Add(i, added);
            return added;
        }
    }

    private static MemoryAttempt Attempt(LevelledProgram program, InstructionCosts costs, long budget, long room, CancellationToken cancellation)
    {
        var log = new List<string>();
        var search = new TilingSearch(program, costs, budget, room, timeline => Spilling.BestScore(timeline, costs, budget), log);
        var before = search.Timeline;
        search.TileForInstructions(cancellation);
        search.TileForAll(cancellation);
        var spilling = new Spilling(search.Timeline, costs, budget);
        spilling.Run(cancellation);
        return new MemoryAttempt(before, spilling.Timeline, [.. log, .. spilling.Summary]);
    }

    private sealed record MemoryAttempt(MemoryTimeline Before, MemoryTimeline After, IReadOnlyList<string> Log);

    private static string Refusal(MemoryTimeline timeline, ICostModel costs, long budget)
    {
        var peak = Enumerable.Range(0, timeline.Bytes.Count).MaxBy(i => timeline.Bytes[i]);
        var instruction = timeline.Program.Instructions[peak];
        var largest = MemoryProfile.Of(timeline.Program, costs);
        var name = instruction.Results.Count > 0 ? instruction.Results[0].Name : instruction.Operands[0].Name;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"values and instructions take {timeline.Bytes[peak] / 1048576.0:F0} MiB at {name}, "
            + $"{timeline.NeededBytes[peak] / 1048576.0:F0} of them {instruction.GetType().Name} itself, and {budget / 1048576.0:F0} MiB are left for them; {largest}");
    }
}

/// <summary>A plan does not fit its memory; the message says in a line what takes most.</summary>
/// <param name="message">the line</param>
/// <param name="log">what each pass did until then</param>
public sealed class MemoryBudgetException(string message, IReadOnlyList<string> log) : InvalidOperationException(message)
{
    /// <summary>What each pass did.</summary>
    public IReadOnlyList<string> Log => log;
}

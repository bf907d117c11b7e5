using System.Globalization;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Chooses tiles, always at the instruction with the most memory, of all regions around what it reads and makes and all numbers of tiles.
/// Where an instruction itself has no room it takes the cheapest tiles that make room, along one axis or along two; then more as long as
/// that is cheaper than storing values. Cheap is what adds few milliseconds, those counted that storing what is still beyond the budget
/// would take.
/// </summary>
internal sealed class TilingSearch
{
    private const int MostInstructions = 4000;

    /// <summary>Added for each instruction more, so that tiles are no finer than they need to be.</summary>
    private const double MillisecondsPerInstruction = 1;

    /// <summary>What takes off so much of what is too much has made room.</summary>
    private const double Enough = 0.999;

    /// <summary>Where tiles along one axis cost more, two axes are tried.</summary>
    private const double DearMilliseconds = 3000;

    /// <summary>Tiles along one axis that others are tried after.</summary>
    private const int FirstTried = 12;

    private static readonly int[] Reaches = [1, 2, 3, 5, 9];

    private readonly InstructionCosts _costs;
    private readonly long _budget;
    private readonly long _room;
    private readonly List<string> _log;
    private readonly Func<MemoryTimeline, double> _otherwise;
    private TiledProgram _program;

    /// <param name="program">ordered</param>
    /// <param name="costs">of its instructions</param>
    /// <param name="budget">bytes of values and instructions</param>
    /// <param name="room">bytes of these that an instruction may need for itself</param>
    /// <param name="otherwise">bytes times seconds beyond the budget that something else takes off for a millisecond</param>
    /// <param name="log">a line for each choice</param>
    public TilingSearch(
        LevelledProgram program, InstructionCosts costs, long budget, long room, Func<MemoryTimeline, double> otherwise,
        List<string> log)
    {
        (_costs, _budget, _room, _otherwise, _log) = (costs, budget, room, otherwise, log);
        _program = new TiledProgram(program);
        Timeline = _program.TimelineBy(costs);
    }

    /// <summary>Of the program as it is tiled now.</summary>
    public MemoryTimeline Timeline { get; private set; }

    /// <summary>Tiles until each instruction has room for itself, whatever else lives.</summary>
    public void TileForInstructions(CancellationToken cancellation)
    {
        while (Timeline.Excess(Timeline.NeededBytes, _room) is > 0 and var excess)
        {
            cancellation.ThrowIfCancellationRequested();
            var peak = Peak(Timeline.NeededBytes);
            var stretch = Timeline.ExcessAround(Timeline.NeededBytes, peak, _room);
            var price = _otherwise(Timeline);
            var result = Timeline.Program.Instructions[peak].Results[0];
            var candidates = Candidates(_program, Timeline, peak).ToList();
            var cleared = candidates.Where(candidate => Left(candidate) <= excess - Enough * stretch).ToList();
            if (cleared.Count == 0 || cleared.Min(Added) > DearMilliseconds)
            {
                var limit = cleared.Select(Added).DefaultIfEmpty(double.PositiveInfinity).Min();
                var first = candidates.Where(candidate => Left(candidate) < excess && Added(candidate) < limit
                        && PeakOf(candidate.Timeline, result) is >= 0 and var left && candidate.Timeline.NeededBytes[left] > _room)
                    .OrderBy(Left).Take(FirstTried);
                candidates.AddRange(first.ToArray().SelectMany(candidate => Candidates(
                    candidate.Program, candidate.Timeline, PeakOf(candidate.Timeline, result), candidate.Choices)));
            }
            var least = candidates.Select(Left).DefaultIfEmpty(excess).Min();
            if (least >= excess)
                return;
            Take(candidates.Where(candidate => Left(candidate) <= least + (1 - Enough) * stretch).MinBy(CostOf)!);

            double Left(Candidate candidate) => candidate.Timeline.Excess(candidate.Timeline.NeededBytes, _room);

            double CostOf(Candidate candidate) =>
                Added(candidate) + (price > 0 ? candidate.Timeline.Excess(candidate.Timeline.Bytes, _budget) / price : 0);
        }
    }

    /// <summary>Tiles as long as that takes more off the excess of all values for a millisecond than something else would.</summary>
    public void TileForAll(CancellationToken cancellation)
    {
        while (Timeline.Excess(Timeline.Bytes, _budget) is > 0 and var excess)
        {
            cancellation.ThrowIfCancellationRequested();
            var best = Candidates(_program, Timeline, Peak(Timeline.Bytes))
                .Where(candidate => Gain(candidate) > 1e-6 * excess
                    && candidate.Timeline.Excess(candidate.Timeline.NeededBytes, _room) <= Timeline.Excess(Timeline.NeededBytes, _room))
                .MaxBy(Score);
            if (best is null || Score(best) <= _otherwise(Timeline))
                return;
            Take(best);

            double Gain(Candidate candidate) => excess - candidate.Timeline.Excess(candidate.Timeline.Bytes, _budget);

            double Score(Candidate candidate) => Gain(candidate) / Math.Max(Added(candidate), 1);
        }
    }

    private static int Peak(IReadOnlyList<long> bytes) => Enumerable.Range(0, bytes.Count).MaxBy(i => bytes[i]);

    /// <summary>Where the most is needed to make a value, or its tiles and parts, which are named after it; -1 if it is gone.</summary>
    private static int PeakOf(MemoryTimeline timeline, Value value) => Enumerable.Range(0, timeline.NeededBytes.Count)
        .Where(i => timeline.Program.Instructions[i].Results.Any(result => result.Name.StartsWith(value.Name, StringComparison.Ordinal)))
        .DefaultIfEmpty(-1).MaxBy(i => i < 0 ? -1 : timeline.NeededBytes[i]);

    private double Added(Candidate candidate) => candidate.Timeline.Milliseconds - Timeline.Milliseconds
        + MillisecondsPerInstruction * (candidate.Timeline.Program.Instructions.Count - Timeline.Program.Instructions.Count);

    private void Take(Candidate candidate)
    {
        var (before, after) = (Timeline, candidate.Timeline);
        (_program, Timeline) = (candidate.Program, after);
        _log.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"tiles: {string.Join("; ", candidate.Choices)}: {(after.Milliseconds - before.Milliseconds) / 1000:+0.000;-0.000} s, "
            + $"peak {before.PeakBytes / 1048576.0:F0} to {after.PeakBytes / 1048576.0:F0} MiB, "
            + $"the most of an instruction {before.NeededBytes.Max() / 1048576.0:F0} to {after.NeededBytes.Max() / 1048576.0:F0} MiB"));
    }

    /// <summary>All ways to tile around an instruction once more.</summary>
    private IEnumerable<Candidate> Candidates(
        TiledProgram program, MemoryTimeline timeline, int instruction, IReadOnlyList<TileChoice>? choices = null)
    {
        foreach (var choice in program.ChoicesAround(timeline.Program, instruction, Reaches))
        {
            // Once more along the same axis is the same as finer tiles.
            if (choices?.Any(other => other.Axis == choice.Axis) ?? false)
                continue;
            for (var tiles = 2; ; tiles = Math.Min(2 * tiles, choice.Size))
            {
                var chosen = choice with { Tiles = tiles };
                if (program.With(chosen) is { } tiled && tiled.Program.Program.Instructions.Count <= MostInstructions)
                    yield return new Candidate([.. choices ?? [], chosen], tiled, tiled.TimelineBy(_costs));
                if (tiles == choice.Size)
                    break;
            }
        }
    }

    private sealed record Candidate(IReadOnlyList<TileChoice> Choices, TiledProgram Program, MemoryTimeline Timeline);
}

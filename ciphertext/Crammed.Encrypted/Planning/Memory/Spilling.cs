using System.Globalization;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>A time in which a value lives and nothing reads it.</summary>
/// <param name="Value">the value</param>
/// <param name="After">number of the instruction that makes it, or reads it last</param>
/// <param name="Before">number of the next that reads it</param>
/// <param name="Bytes">of its vectors</param>
internal sealed record IdleTime(Value Value, int After, int Before, long Bytes);

/// <summary>
/// Takes values away while nothing reads them until a budget holds: they are stored on disk and loaded, or freed and made again from what
/// is still there. Always the one that takes off the most bytes beyond the budget, times the time that they are held, for the
/// milliseconds that it adds.
/// </summary>
internal sealed class Spilling
{
    private const int RemakingTried = 6;
    private readonly InstructionCosts _costs;
    private readonly long _budget;
    private readonly HashSet<(Value Value, Instruction Reader)> _refused = new(ByReference.Instance);
    private (long Bytes, int Count, double Milliseconds) _stored;
    private (long Bytes, int Count, double Milliseconds) _remade;

    /// <param name="timeline">of a planned program</param>
    /// <param name="costs">of its instructions</param>
    /// <param name="budget">bytes of values and instructions</param>
    public Spilling(MemoryTimeline timeline, InstructionCosts costs, long budget) =>
        (Timeline, _costs, _budget) = (timeline, costs, budget);

    public MemoryTimeline Timeline { get; private set; }

    /// <summary>Lines that say what was done.</summary>
    public IReadOnlyList<string> Summary =>
    [
        Line("stored and loaded", _stored), Line("made again", _remade),
    ];

    public void Run(CancellationToken cancellation)
    {
        while (Timeline.Excess(Timeline.Bytes, _budget) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var idle = IdleTimes(Timeline);
            var best = idle.MaxBy(time => ScoreOf(time));
            if (best is null || ScoreOf(best) <= 0)
                return;
            if (!TryRemake(idle, ScoreOf(best)))
                StoreAway(best);
        }
    }

    /// <summary>The most that storing a value takes off for a millisecond.</summary>
    public static double BestScore(MemoryTimeline timeline, InstructionCosts costs, long budget)
    {
        var spilling = new Spilling(timeline, costs, budget);
        return spilling.IdleTimes(timeline).Select(spilling.ScoreOf).DefaultIfEmpty(0).Max();
    }

    private static string Line(string what, (long Bytes, int Count, double Milliseconds) done) => string.Create(
        CultureInfo.InvariantCulture, $"{what}: {done.Count} values, {done.Bytes / 1048576.0:F0} MiB, {done.Milliseconds / 1000:F3} s");

    private double ScoreOf(IdleTime time) => Timeline.Relief(time.Bytes, time.After, time.Before, _budget) / MillisecondsOf(time);

    private double MillisecondsOf(IdleTime time)
    {
        var level = Timeline.Levels[time.Value];
        return _costs.Milliseconds(new Store(time.Value), level) + _costs.Milliseconds(new Load(time.Value, time.Value), level);
    }

    /// <summary>
    /// Times in which memory is short. Inputs stay the caller's whether they are freed or not; of a vector that two groups share nothing is
    /// gained while the other lives.
    /// </summary>
    private List<IdleTime> IdleTimes(MemoryTimeline timeline)
    {
        var program = timeline.Program;
        var storage = new LiveStorage(value => _costs.BytesOf(value, timeline.Levels[value]));
        var lastUse = new Dictionary<Value, int>();
        var shortUntil = ShortBefore(timeline);
        var inputs = program.Inputs.ToHashSet();
        var times = new List<IdleTime>();
        foreach (var input in program.Inputs)
            storage.Hold(input);
        for (var i = 0; i < program.Instructions.Count; i++)
        {
            var instruction = program.Instructions[i];
            if (instruction is Free or Store)
            {
                storage.Release(instruction);
                continue;
            }
            foreach (var operand in instruction.Operands)
            {
                if (instruction is not Load && lastUse.TryGetValue(operand, out var use) && shortUntil[i] > shortUntil[use + 1]
                    && storage.IsAlone(operand) && !_refused.Contains((operand, instruction)))
                {
                    times.Add(new IdleTime(operand, use, i, storage.BytesOf([operand])));
                }
            }
            storage.Make(instruction);
            foreach (var value in instruction.Operands.Concat(instruction.Results).Where(value => !inputs.Contains(value)))
                lastUse[value] = i;
        }
        return times;
    }

    /// <summary>For each instruction how many before it are short of memory.</summary>
    private int[] ShortBefore(MemoryTimeline timeline)
    {
        var counts = new int[timeline.Bytes.Count + 1];
        for (var i = 0; i < timeline.Bytes.Count; i++)
            counts[i + 1] = counts[i] + (timeline.Bytes[i] > _budget ? 1 : 0);
        return counts;
    }

    private void StoreAway(IdleTime time)
    {
        var names = new UniqueNames(Timeline.Levels.Keys.Select(value => value.Name));
        var loaded = new Value(names.Of($"{time.Value.Name}.loaded"), time.Value.Axes);
        var milliseconds = MillisecondsOf(time);
        var after = After(time, [new Store(time.Value)], [new Load(loaded, time.Value)], loaded);
        if (after.Excess(after.Bytes, _budget) >= Timeline.Excess(Timeline.Bytes, _budget))
        {
            _refused.Add((time.Value, Timeline.Program.Instructions[time.Before]));
            return;
        }
        Timeline = after;
        _stored = (_stored.Bytes + time.Bytes, _stored.Count + 1, _stored.Milliseconds + milliseconds);
    }

    /// <summary>Makes a value again if that is better than the best that storing does.</summary>
    private bool TryRemake(List<IdleTime> idle, double stored)
    {
        var before = Timeline.Excess(Timeline.Bytes, _budget);
        var origins = new ValueOrigins(Timeline);
        var promising = idle.Where(time =>
                Timeline.Relief(time.Bytes, time.After, time.Before, _budget) > stored * origins.LeastMilliseconds(time.Value, _costs))
            .Select(time => (Time: time, Remaking: Remaking.Of(origins, time, _costs)))
            .Where(entry => entry.Remaking is not null)
            .Select(entry => (entry.Time, entry.Remaking, Score: Timeline.Relief(
                entry.Time.Bytes - entry.Remaking!.KeptBytes, entry.Time.After, entry.Time.Before, _budget) / entry.Remaking.Milliseconds))
            .Where(entry => entry.Score > stored).OrderByDescending(entry => entry.Score).Take(RemakingTried);
        foreach (var (time, remaking, _) in promising)
        {
            var after = After(time, [], remaking!.Instructions, remaking.Result);
            var added = after.Milliseconds - Timeline.Milliseconds;
            if ((before - after.Excess(after.Bytes, _budget)) / added <= stored)
                continue;
            Timeline = after;
            _remade = (_remade.Bytes + time.Bytes, _remade.Count + 1, _remade.Milliseconds + added);
            return true;
        }
        return false;
    }

    /// <summary>The program with instructions at both ends of a time, and another value in place of the one that is away.</summary>
    private MemoryTimeline After(IdleTime time, IEnumerable<Instruction> atStart, IEnumerable<Instruction> atEnd, Value later)
    {
        var program = Timeline.Program;
        var instructions = new List<Instruction>();
        for (var i = 0; i < program.Instructions.Count; i++)
        {
            var instruction = program.Instructions[i];
            if (i == time.Before)
                instructions.AddRange(atEnd);
            if (instruction is not Free)
            {
                instructions.Add(i >= time.Before && instruction.Operands.Contains(time.Value)
                    ? instruction.Reading(value => value == time.Value ? later : value)
                    : instruction);
            }
            if (i == time.After)
                instructions.AddRange(atStart);
        }
        var outputs = program.Outputs.ToDictionary(output => output.Key, output => output.Value == time.Value ? later : output.Value);
        var changed = program with { Instructions = [.. instructions], Outputs = outputs };
        return MemoryTimeline.Of(FreeInsertion.Run(changed).Program, _costs);
    }
}

/// <summary>Instructions are told apart as objects: their contents are long to compare.</summary>
internal sealed class ByReference : IEqualityComparer<(Value Value, Instruction Reader)>
{
    public static ByReference Instance { get; } = new();

    public bool Equals((Value Value, Instruction Reader) x, (Value Value, Instruction Reader) y) =>
        x.Value == y.Value && ReferenceEquals(x.Reader, y.Reader);

    public int GetHashCode((Value Value, Instruction Reader) pair) => pair.Value.GetHashCode();
}

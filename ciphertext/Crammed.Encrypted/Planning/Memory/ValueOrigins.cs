using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>Where the values of a timeline come from and end: what all searches for values to be made again look up.</summary>
internal sealed class ValueOrigins
{
    private readonly Dictionary<Value, int> _producers = [];
    private readonly Dictionary<Value, int> _freed = [];
    private readonly Dictionary<Value, List<(Value Copy, int Made)>> _copies = [];

    public ValueOrigins(MemoryTimeline timeline)
    {
        Timeline = timeline;
        Names = timeline.Levels.Keys.Select(value => value.Name).ToHashSet();
        for (var i = 0; i < timeline.Program.Instructions.Count; i++)
        {
            var instruction = timeline.Program.Instructions[i];
            foreach (var result in instruction.Results)
                _producers.Add(result, i);
            if (instruction is Free or Store)
                _freed.Add(instruction.Operands[0], i);
            if (instruction is not Lower lower)
                continue;
            var root = RootOf(lower.Operand);
            if (!_copies.TryGetValue(root, out var copies))
                _copies.Add(root, copies = []);
            copies.Add((lower.Result, i));
        }
    }

    public MemoryTimeline Timeline { get; }

    /// <summary>Of all values.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>The instruction that makes a value, null for an input.</summary>
    public Instruction? ProducerOf(Value value) =>
        _producers.TryGetValue(value, out var producer) ? Timeline.Program.Instructions[producer] : null;

    /// <summary>Number of the instruction that frees a value or stores it, the largest number if none does.</summary>
    public int FreedAt(Value value) => _freed.GetValueOrDefault(value, int.MaxValue);

    /// <summary>The value that one is a lowered copy of.</summary>
    public Value RootOf(Value value)
    {
        while (ProducerOf(value) is Lower lower)
            value = lower.Operand;
        return value;
    }

    /// <summary>A value that is no copy, and its lowered ones that are made before an instruction.</summary>
    public IEnumerable<Value> CopiesBefore(Value root, int instruction)
    {
        yield return root;
        if (!_copies.TryGetValue(root, out var copies))
            yield break;
        foreach (var (copy, made) in copies)
        {
            if (made < instruction)
                yield return copy;
        }
    }

    /// <summary>
    /// No less than this takes making a value again, whatever else is there: its instruction, or nothing where it may be lowered from
    /// another copy.
    /// </summary>
    public double LeastMilliseconds(Value value, InstructionCosts costs) =>
        !_copies.ContainsKey(RootOf(value)) && ProducerOf(value) is { } producer and not (Load or Refresh)
            ? costs.Milliseconds(producer, Timeline.Levels[value] + producer.Depth)
            : 0;
}

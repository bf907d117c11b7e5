using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>How a value is made again after a time in which it was away, from what lives at its end.</summary>
/// <param name="Instructions">in their order; the last one makes the result</param>
/// <param name="Result">the value anew</param>
/// <param name="Milliseconds">of the instructions</param>
/// <param name="KeptBytes">of values that live longer for it</param>
internal sealed record Remaking(IReadOnlyList<Instruction> Instructions, Value Result, double Milliseconds, long KeptBytes)
{
    /// <summary>More than this many instructions are not done again for one value.</summary>
    private const int MostInstructions = 64;

    /// <summary>What is smaller than the value by this factor is kept rather than made again.</summary>
    private const int SmallFactor = 8;

    /// <summary>
    /// Goes back from the value, at the levels that it takes: where a lowered copy is made again, all before it runs lower than it did.
    /// Goes no further back than to what lives anyway, or is small.
    /// </summary>
    /// <returns>null if it comes to a refresh, or to too many instructions</returns>
    /// <param name="origins">of the timeline's values</param>
    /// <param name="time">of the value</param>
    /// <param name="costs">of instructions</param>
    public static Remaking? Of(ValueOrigins origins, IdleTime time, InstructionCosts costs)
    {
        var search = new Search(origins, time, costs);
        return search.Make(time.Value, origins.Timeline.Levels[time.Value]) is { } result && result != time.Value
            ? new Remaking(search.Instructions, result, search.Milliseconds, search.KeptBytes)
            : null;
    }

    private sealed class Search(ValueOrigins origins, IdleTime time, InstructionCosts costs)
    {
        private readonly MemoryTimeline _timeline = origins.Timeline;
        private readonly HashSet<string> _names = [];
        private readonly Dictionary<(Value, int), Value> _made = [];

        public List<Instruction> Instructions { get; } = [];

        public double Milliseconds { get; private set; }

        public long KeptBytes { get; private set; }

        /// <summary>The value at a level at the end of the time, or null.</summary>
        public Value? Make(Value value, int level)
        {
            var root = origins.RootOf(value);
            if (_made.TryGetValue((root, level), out var known))
                return known;
            var source = origins.CopiesBefore(root, time.Before).Where(copy => _timeline.Levels[copy] >= level).OrderBy(copy => _timeline.Levels[copy])
                .FirstOrDefault(IsThere);
            var made = source is null ? Again(root, level) : Lowered(source, level);
            if (made is not null)
                _made.Add((root, level), made);
            return made;
        }

        private bool IsThere(Value value)
        {
            if (value == time.Value)
                return false;
            var freed = origins.FreedAt(value);
            if (freed >= time.Before)
                return true;
            var bytes = costs.BytesOf(value, _timeline.Levels[value]);
            if (_timeline.Program.Instructions[freed] is Store || bytes * SmallFactor > time.Bytes)
                return false;
            KeptBytes += bytes;
            return true;
        }

        private Value? Lowered(Value value, int level)
        {
            if (_timeline.Levels[value] == level)
                return value;
            var copy = new Value(Unique($"{value.Name}.level{level}"), value.Axes);
            return Emit(new Lower(copy, value, level), _timeline.Levels[value]) ? copy : null;
        }

        private Value? Again(Value value, int level)
        {
            if (origins.ProducerOf(value) is not { } instruction || (instruction is not Join && !instruction.HasLoops()))
                return null;
            var operands = new Dictionary<Value, Value>();
            foreach (var operand in instruction.Operands)
            {
                if (Make(operand, level + instruction.Depth) is not { } made)
                    return null;
                operands.Add(operand, made);
            }
            var result = new Value(Unique($"{value.Name}.again"), value.Axes);
            return Emit(instruction.Reading(operand => operands[operand]).Making(result), level + instruction.Depth) ? result : null;
        }

        /// <summary>A name that neither the program nor this has.</summary>
        private string Unique(string name)
        {
            for (var (candidate, i) = (name, 2); ; candidate = $"{name}_{i++}")
            {
                if (!origins.Names.Contains(candidate) && _names.Add(candidate))
                    return candidate;
            }
        }

        private bool Emit(Instruction instruction, int level)
        {
            Instructions.Add(instruction);
            Milliseconds += costs.Milliseconds(instruction, level);
            return Instructions.Count <= MostInstructions;
        }
    }
}

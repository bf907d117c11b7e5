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
    public static Remaking? Of(MemoryTimeline timeline, IdleTime time, InstructionCosts costs)
    {
        var search = new Search(timeline, time, costs);
        return search.Make(time.Value, timeline.Levels[time.Value]) is { } result && result != time.Value
            ? new Remaking(search.Instructions, result, search.Milliseconds, search.KeptBytes)
            : null;
    }

    private sealed class Search
    {
        private readonly MemoryTimeline _timeline;
        private readonly IdleTime _time;
        private readonly InstructionCosts _costs;
        private readonly UniqueNames _names;
        private readonly Dictionary<(Value, int), Value> _made = [];
        private readonly Dictionary<Value, int> _producers;
        private readonly Dictionary<Value, int> _freed;
        private readonly Dictionary<Value, List<Value>> _copies = [];

        public Search(MemoryTimeline timeline, IdleTime time, InstructionCosts costs)
        {
            (_timeline, _time, _costs) = (timeline, time, costs);
            _names = new UniqueNames(timeline.Levels.Keys.Select(value => value.Name));
            (_producers, _freed) = ([], []);
            for (var i = 0; i < timeline.Program.Instructions.Count; i++)
            {
                var instruction = timeline.Program.Instructions[i];
                foreach (var result in instruction.Results)
                    _producers.Add(result, i);
                if (instruction is Free or Store)
                    _freed.Add(instruction.Operands[0], i);
                if (instruction is Lower lower && i < time.Before)
                    CopiesOf(RootOf(lower.Operand)).Add(lower.Result);
            }
        }

        public List<Instruction> Instructions { get; } = [];

        public double Milliseconds { get; private set; }

        public long KeptBytes { get; private set; }

        /// <summary>The value at a level at the end of the time, or null.</summary>
        public Value? Make(Value value, int level)
        {
            var root = RootOf(value);
            if (_made.TryGetValue((root, level), out var known))
                return known;
            var source = CopiesOf(root).Where(copy => _timeline.Levels[copy] >= level).OrderBy(copy => _timeline.Levels[copy])
                .FirstOrDefault(IsThere);
            var made = source is null ? Again(root, level) : Lowered(source, level);
            if (made is not null)
                _made.Add((root, level), made);
            return made;
        }

        /// <summary>The value that one is a lowered copy of.</summary>
        private Value RootOf(Value value)
        {
            while (_producers.TryGetValue(value, out var producer) && _timeline.Program.Instructions[producer] is Lower lower)
                value = lower.Operand;
            return value;
        }

        /// <summary>A value that is no copy, and its lowered ones.</summary>
        private List<Value> CopiesOf(Value root)
        {
            if (!_copies.TryGetValue(root, out var copies))
                _copies.Add(root, copies = [root]);
            return copies;
        }

        private bool IsThere(Value value)
        {
            if (value == _time.Value)
                return false;
            var freed = _freed.GetValueOrDefault(value, int.MaxValue);
            if (freed >= _time.Before)
                return true;
            var bytes = _costs.BytesOf(value, _timeline.Levels[value]);
            if (_timeline.Program.Instructions[freed] is Store || bytes * SmallFactor > _time.Bytes)
                return false;
            KeptBytes += bytes;
            return true;
        }

        private Value? Lowered(Value value, int level)
        {
            if (_timeline.Levels[value] == level)
                return value;
            var copy = new Value(_names.Of($"{value.Name}.level{level}"), value.Axes);
            return Emit(new Lower(copy, value, level), _timeline.Levels[value]) ? copy : null;
        }

        private Value? Again(Value value, int level)
        {
            if (!_producers.TryGetValue(value, out var producer))
                return null;
            var instruction = _timeline.Program.Instructions[producer];
            if (instruction is not Join && !instruction.HasLoops())
                return null;
            var operands = new Dictionary<Value, Value>();
            foreach (var operand in instruction.Operands)
            {
                if (Make(operand, level + instruction.Depth) is not { } made)
                    return null;
                operands.Add(operand, made);
            }
            var result = new Value(_names.Of($"{value.Name}.again"), value.Axes);
            return Emit(instruction.Reading(operand => operands[operand]).Making(result), level + instruction.Depth) ? result : null;
        }

        private bool Emit(Instruction instruction, int level)
        {
            Instructions.Add(instruction);
            Milliseconds += _costs.Milliseconds(instruction, level);
            return Instructions.Count <= MostInstructions;
        }
    }
}

using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Puts in what lowers values, so that an instruction finds all operands at exactly the level that it runs at, once for each value and
/// level. A value is lowered as soon as nothing reads it any more at a level above: until its next reader a lower copy lives in its place,
/// which is smaller. A refresh takes its sources at whatever level they stand.
/// </summary>
public static class LowerInsertion
{
    /// <param name="program">with refreshes</param>
    /// <param name="levels">for each value the level that it stands at when it is made</param>
    /// <exception cref="InvalidOperationException">an operand stands below the level of its instruction</exception>
    public static PassResult Run(EncryptedProgram program, IReadOnlyDictionary<Value, int> levels)
    {
        var insertion = new Insertion(program, levels);
        insertion.Run();
        return new PassResult(
            program with { Instructions = [.. insertion.Instructions] },
            $"levels: {insertion.CopyCount} lowered copies, {insertion.EarlyCount} of them made before they are read; "
            + $"{insertion.SeveralCount} values have several");
    }

    private sealed class Insertion
    {
        private readonly EncryptedProgram _program;
        private readonly IReadOnlyDictionary<Value, int> _levels;
        private readonly Dictionary<Value, SortedDictionary<int, Value>> _copies = [];
        private readonly Dictionary<Value, Dictionary<int, int>> _lastReads = [];
        private readonly UniqueNames _names;
        private int _now;

        public Insertion(EncryptedProgram program, IReadOnlyDictionary<Value, int> levels)
        {
            (_program, _levels) = (program, levels);
            _names = new UniqueNames(levels.Keys.Select(value => value.Name));
            for (var i = 0; i < program.Instructions.Count; i++)
            {
                foreach (var operand in program.Instructions[i].Operands)
                    NoteRead(operand, program.Instructions[i] is Refresh ? levels[operand] : LevelOf(program.Instructions[i]), i);
            }
            foreach (var output in program.Outputs.Values)
                NoteRead(output, levels[output], int.MaxValue);
        }

        public List<Instruction> Instructions { get; } = [];

        public int CopyCount => _copies.Values.Sum(copies => copies.Count - 1);

        public int SeveralCount => _copies.Values.Count(copies => copies.Count > 2);

        public int EarlyCount { get; private set; }

        public void Run()
        {
            foreach (var input in _program.Inputs)
                _copies.Add(input, new SortedDictionary<int, Value> { [_levels[input]] = input });
            for (_now = 0; _now < _program.Instructions.Count; _now++)
            {
                var instruction = _program.Instructions[_now];
                var operands = instruction.Operands;
                if (instruction is Refresh)
                    Instructions.Add(instruction);
                else
                    Instructions.Add(Lowered(instruction, LevelOf(instruction)));
                foreach (var result in instruction.Results)
                    _copies.Add(result, new SortedDictionary<int, Value> { [_levels[result]] = result });
                foreach (var value in operands.Concat(instruction.Results))
                    LowerEarly(value);
            }
        }

        private int LevelOf(Instruction instruction) => instruction.Results.Max(result => _levels[result]) + instruction.Depth;

        private void NoteRead(Value value, int level, int instruction)
        {
            if (!_lastReads.TryGetValue(value, out var last))
                _lastReads.Add(value, last = []);
            last[level] = instruction;
        }

        private Instruction Lowered(Instruction instruction, int level)
        {
            foreach (var operand in instruction.Operands.Where(operand => !_copies[operand].ContainsKey(level)))
                Lower(operand, level);
            return instruction.Operands.All(operand => _levels[operand] == level)
                ? instruction
                : instruction.Reading(operand => _copies[operand][level]);
        }

        /// <summary>Where nothing that is left above a level is read later, the copy at that level is made now.</summary>
        private void LowerEarly(Value value)
        {
            if (!_lastReads.TryGetValue(value, out var lastReads))
                return;
            var copies = _copies[value];
            var missing = lastReads.Where(read => read.Value > _now && !copies.ContainsKey(read.Key)).Select(read => read.Key)
                .DefaultIfEmpty(-1).Max();
            if (missing < 0 || copies.Keys.Any(level => level > missing && lastReads.GetValueOrDefault(level, -1) > _now))
                return;
            Lower(value, missing);
            EarlyCount++;
        }

        /// <summary>From the highest copy that lives.</summary>
        private void Lower(Value value, int level)
        {
            var copies = _copies[value];
            if (_levels[value] < level)
                throw new InvalidOperationException($"{value.Name} stands at level {_levels[value]} and is read at {level}");
            var source = copies.Last(copy => IsAlive(value, copy.Key)).Value;
            var lowered = new Value(_names.Of($"{value.Name}.level{level}"), value.Axes);
            copies.Add(level, lowered);
            Instructions.Add(new Lower(lowered, source, level));
        }

        /// <summary>Until its last reader; a value that was just made lives in any case.</summary>
        private bool IsAlive(Value value, int level) =>
            _lastReads[value].GetValueOrDefault(level, -1) >= _now || _program.Instructions[_now].Results.Contains(value);
    }
}

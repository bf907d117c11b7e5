using System.Globalization;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Puts in the refreshes of a schedule: each right before the first instruction that reads a copy, lone vectors that share a bootstrap in
/// one instruction, those of near ranges where that can be (<see cref="NearRangePairing"/>). All that reads a refreshed value reads its
/// copy, the outputs too. The order is kept but where a pair's sources have to be made earlier.
/// </summary>
public static class RefreshInsertion
{
    /// <param name="schedule">of a program without refreshes</param>
    /// <param name="bounds">for each refreshed value by name what no slot passes in size</param>
    /// <param name="margin">a range is the least power of two that is not below the bound times this</param>
    /// <exception cref="ArgumentException">a bound is missing, or is not a positive number</exception>
    public static PassResult Run(LevelSchedule schedule, IReadOnlyDictionary<string, double> bounds, double margin = 1)
    {
        var insertion = new Insertion(schedule, value => Range(value, bounds, margin));
        var program = insertion.Run();
        var shared = schedule.Slots.Count(slot => slot.Second is not null);
        var ranges = program.Instructions.OfType<Refresh>().SelectMany(refresh => refresh.Ranges).Select(Math.Log2).ToArray();
        var span = ranges.Length == 0 ? "" : $", ranges 2^{ranges.Min()} to 2^{ranges.Max()}";
        return new PassResult(program, string.Create(
            CultureInfo.InvariantCulture,
            $"refreshes: {schedule.Refreshed.Count} values, {schedule.Slots.Count} instructions, {shared} for two; {schedule}{span}"));
    }

    private static double Range(Value value, IReadOnlyDictionary<string, double> bounds, double margin)
    {
        if (!bounds.TryGetValue(value.Name, out var bound))
            throw new ArgumentException($"no bound is known of {value.Name}, which is refreshed: calibrate the program as it is now");
        return bound > 0 && double.IsNormal(bound * margin)
            ? PowerOfTwoFrom(bound * margin)
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"the bound of {value.Name}, which is refreshed, is {bound}: calibrate on steps where it is a positive number"));
    }

    /// <summary>The least power of two that is not below a number; by its exponent, so exact.</summary>
    private static double PowerOfTwoFrom(double number)
    {
        var power = Math.ScaleB(1, Math.ILogB(number));
        return power < number ? 2 * power : power;
    }

    private sealed class Insertion
    {
        private readonly EncryptedProgram _program;
        private readonly LevelSchedule _schedule;
        private readonly ProgramDependencies _dependencies;
        private readonly Func<Value, double> _range;
        private readonly IReadOnlyList<(int First, int? Second)> _slots;
        private readonly Dictionary<Value, Value> _copies = [];
        private readonly Dictionary<int, int> _slotOf = [];
        private readonly bool[] _made;
        private readonly bool[] _refreshed;
        private readonly List<Instruction> _instructions = [];

        public Insertion(LevelSchedule schedule, Func<Value, double> range)
        {
            _schedule = schedule;
            _range = range;
            _dependencies = schedule.Problem.Dependencies;
            _program = schedule.Problem.Program;
            _made = new bool[_dependencies.InstructionCount];
            _slots = new NearRangePairing(number => Math.Log2(range(_dependencies.Values[number])), _dependencies).Improve(schedule.Slots);
            _refreshed = new bool[_slots.Count];
            var names = new UniqueNames(_dependencies.Values.Select(value => value.Name));
            for (var slot = 0; slot < _slots.Count; slot++)
            {
                foreach (var value in Members(slot))
                {
                    var source = _dependencies.Values[value];
                    _slotOf.Add(value, slot);
                    _copies.Add(source, new Value(names.Of($"{source.Name}.refreshed"), source.Axes));
                }
            }
        }

        public EncryptedProgram Run()
        {
            for (var i = 0; i < _made.Length; i++)
                Make(i);
            foreach (var output in _dependencies.Outputs)
                Need(output);
            return _program with
            {
                Instructions = [.. _instructions],
                Outputs = _program.Outputs.ToDictionary(output => output.Key, output => Copy(output.Value)),
                Levels = new ProgramLevels(
                    _schedule.Problem.RefreshedLevel,
                    _program.Inputs.ToDictionary(input => input.Name, input => _schedule.ValueLevels[_dependencies[input]])),
            };
        }

        private Value Copy(Value value) => _copies.GetValueOrDefault(value, value);

        private IEnumerable<int> Members(int slot) =>
            _slots[slot] is (var first, { } second) ? [first, second] : [_slots[slot].First];

        /// <summary>Emits an instruction after all that it reads.</summary>
        private void Make(int instruction)
        {
            if (_made[instruction])
                return;
            _made[instruction] = true;
            foreach (var operand in _dependencies.Operands(instruction))
                Need(operand);
            _instructions.Add(_program.Instructions[instruction].Reading(Copy));
        }

        /// <summary>Emits what makes a value, and its refresh with the value that it is paired with.</summary>
        private void Need(int value)
        {
            if (!_slotOf.TryGetValue(value, out var slot))
            {
                if (_dependencies.Producer(value) is >= 0 and var producer)
                    Make(producer);
                return;
            }
            if (_refreshed[slot])
                return;
            _refreshed[slot] = true;
            var sources = Members(slot).Select(member => _dependencies.Values[member]).ToArray();
            foreach (var member in Members(slot).Select(_dependencies.Producer).Where(producer => producer >= 0))
                Make(member);
            _instructions.Add(new Refresh(
                [.. sources.Select(Copy)], [.. sources], [.. sources.Select(_range)], _schedule.Problem.Method));
        }
    }
}

/// <summary>Makes names that no value has.</summary>
internal sealed class UniqueNames(IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = [.. taken];

    public string Of(string name)
    {
        for (var (candidate, i) = (name, 2); ; candidate = $"{name}_{i++}")
        {
            if (_taken.Add(candidate))
                return candidate;
        }
    }
}

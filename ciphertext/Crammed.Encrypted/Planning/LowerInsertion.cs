using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Puts in what lowers values, so that an instruction finds all operands at exactly the level that it runs at: right before the first
/// instruction that reads a value there, once for each value and level. A refresh takes its sources at whatever level they stand.
/// </summary>
public static class LowerInsertion
{
    /// <param name="program">with refreshes</param>
    /// <param name="levels">for each value the level that it stands at when it is made</param>
    /// <exception cref="InvalidOperationException">an operand stands below the level of its instruction</exception>
    public static PassResult Run(EncryptedProgram program, IReadOnlyDictionary<Value, int> levels)
    {
        var names = new UniqueNames(levels.Keys.Select(value => value.Name));
        var lowered = new Dictionary<(Value Value, int Level), Value>();
        var instructions = new List<Instruction>();
        foreach (var instruction in program.Instructions)
        {
            if (instruction is Refresh)
            {
                instructions.Add(instruction);
                continue;
            }
            var level = instruction.Results.Max(result => levels[result]) + instruction.Depth;
            instructions.Add(instruction.Reading(operand => At(operand, level)));
        }
        var several = lowered.Keys.GroupBy(key => key.Value).Count(group => group.Count() > 1);
        return new PassResult(
            program with { Instructions = [.. instructions] }, $"levels: {lowered.Count} lowered copies, {several} values have several");

        Value At(Value operand, int level)
        {
            if (levels[operand] == level)
                return operand;
            if (levels[operand] < level)
                throw new InvalidOperationException($"{operand.Name} stands at level {levels[operand]} and is read at {level}");
            if (lowered.TryGetValue((operand, level), out var copy))
                return copy;
            copy = new Value(names.Of($"{operand.Name}.level{level}"), operand.Axes);
            lowered.Add((operand, level), copy);
            instructions.Add(new Lower(copy, operand, level));
            return copy;
        }
    }
}

using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>Follows the levels of a planned program from its inputs.</summary>
public static class LevelCheck
{
    /// <summary>The level of every value.</summary>
    /// <exception cref="ArgumentException">
    /// the program has no levels, operands of an instruction stand at different levels, or levels run out; the message names the value made
    /// </exception>
    public static IReadOnlyDictionary<Value, int> LevelsOf(EncryptedProgram program)
    {
        var given = program.Levels ?? throw new ArgumentException("the program is not planned: it has no levels");
        var levels = new Dictionary<Value, int>();
        foreach (var input in program.Inputs)
        {
            if (!given.Inputs.TryGetValue(input.Name, out var level) || level < 0 || level > given.Refreshed)
                throw new ArgumentException($"the input {input.Name} is not given at a level from 0 to {given.Refreshed}");
            levels.Add(input, level);
        }
        foreach (var instruction in program.Instructions)
        {
            foreach (var result in instruction.Results)
                levels.Add(result, LevelOf(instruction, given.Refreshed, levels));
        }
        return levels;
    }

    private static int LevelOf(Instruction instruction, int refreshed, Dictionary<Value, int> levels)
    {
        var operands = instruction.Operands.Select(operand => levels[operand]).ToArray();
        var name = instruction.Results[0].Name;
        switch (instruction)
        {
            case Refresh:
                return refreshed;
            case Lower lower:
                return lower.Level >= 0 && lower.Level < operands[0]
                    ? lower.Level
                    : throw new ArgumentException($"{name} is lowered from level {operands[0]} to {lower.Level}");
            default:
                if (operands.FirstOrDefault(level => level != operands[0], operands[0]) is var other && other != operands[0])
                    throw new ArgumentException($"{name}: {instruction.GetType().Name} reads levels {operands[0]} and {other}");
                return operands[0] >= instruction.Depth
                    ? operands[0] - instruction.Depth
                    : throw new ArgumentException($"{name}: {instruction.GetType().Name} takes {instruction.Depth} levels, {operands[0]} are left");
        }
    }
}

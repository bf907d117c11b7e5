using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>The level of every group of a planned program.</summary>
public static class PlannedLevels
{
    /// <summary>Follows the levels from the inputs on.</summary>
    /// <param name="program">after planning: operands of an instruction are at one level</param>
    /// <param name="refreshedLevel">level of refreshed vectors</param>
    /// <param name="inputLevels">levels of inputs, by their names, that do not come as refreshed ones; or null</param>
    /// <exception cref="InvalidOperationException">operands of an instruction are at different levels, or levels run out</exception>
    public static IReadOnlyDictionary<Value, int> Of(
        EncryptedProgram program, int refreshedLevel, IReadOnlyDictionary<string, int>? inputLevels = null)
    {
        var levels = new Dictionary<Value, int>();
        foreach (var input in program.Inputs)
            levels.Add(input, inputLevels?.GetValueOrDefault(input.Name, refreshedLevel) ?? refreshedLevel);
        foreach (var instruction in program.Instructions)
        {
            foreach (var result in instruction.Results)
                levels.Add(result, LevelOf(instruction, result, levels, refreshedLevel));
        }
        return levels;
    }

    private static int LevelOf(Instruction instruction, Value result, Dictionary<Value, int> levels, int refreshedLevel)
    {
        if (instruction is Refresh)
            return refreshedLevel;
        var operands = instruction.Operands.Select(operand => levels[operand]).Distinct().ToArray();
        if (operands is not [var level])
        {
            throw new InvalidOperationException(
                $"{result.Name}: operands at levels {string.Join(", ", operands)}; the program is not planned");
        }
        var below = instruction is Lower lower ? lower.Level : level - instruction.Depth;
        return below >= 0 && below <= level
            ? below
            : throw new InvalidOperationException($"{result.Name}: from level {level} there is no way to level {below}");
    }
}

namespace Crammed.Encrypted.Programs;

/// <summary>Follows the levels of a planned program, instruction by instruction.</summary>
public sealed class LevelFollower
{
    private readonly Dictionary<Value, int> _levels = [];
    private readonly int _refreshed;

    /// <exception cref="ArgumentException">an input is given at no level, or above that of a refreshed value</exception>
    public LevelFollower(IReadOnlyList<Value> inputs, ProgramLevels levels)
    {
        _refreshed = levels.Refreshed;
        foreach (var input in inputs)
        {
            if (!levels.Inputs.TryGetValue(input.Name, out var level) || level < 0 || level > levels.Refreshed)
                throw new ArgumentException($"the input {input.Name} is not given at a level from 0 to {levels.Refreshed}");
            _levels.Add(input, level);
        }
    }

    /// <summary>Levels of all values so far.</summary>
    public IReadOnlyDictionary<Value, int> Levels => _levels;

    /// <summary>The levels of a whole program.</summary>
    /// <exception cref="ArgumentException">
    /// the program has no levels, operands of an instruction stand at different levels, or levels run out; the message names the value made
    /// </exception>
    public static IReadOnlyDictionary<Value, int> LevelsOf(EncryptedProgram program)
    {
        var levels = program.Levels ?? throw new ArgumentException("the program is not planned: it has no levels");
        var follower = new LevelFollower(program.Inputs, levels);
        foreach (var instruction in program.Instructions)
            follower.Follow(instruction);
        return follower.Levels;
    }

    /// <summary>Adds the results of an instruction.</summary>
    /// <exception cref="ArgumentException">its operands stand at different levels, or levels run out</exception>
    public void Follow(Instruction instruction)
    {
        if (instruction.Results.Count == 0)
            return;
        var level = LevelOf(instruction);
        foreach (var result in instruction.Results)
            _levels.Add(result, level);
    }

    private int LevelOf(Instruction instruction)
    {
        var operands = instruction.Operands.Select(operand => _levels[operand]).ToArray();
        var name = instruction.Results[0].Name;
        switch (instruction)
        {
            case Refresh:
                return _refreshed;
            case Lower lower:
                return lower.Level >= 0 && lower.Level < operands[0]
                    ? lower.Level
                    : throw new ArgumentException($"{name} is lowered from level {operands[0]} to {lower.Level}");
            default:
                var (least, most) = (operands.Min(), operands.Max());
                if (least < most)
                    throw new ArgumentException($"{name}: {instruction.GetType().Name} reads levels {least} and {most}");
                return least >= instruction.Depth
                    ? least - instruction.Depth
                    : throw new ArgumentException(
                        $"{name}: {instruction.GetType().Name} takes {instruction.Depth} levels, {least} are left");
        }
    }
}

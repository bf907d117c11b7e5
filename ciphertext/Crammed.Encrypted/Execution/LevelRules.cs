namespace Crammed.Encrypted.Execution;

/// <summary>What backends ask of the levels of its operands.</summary>
internal static class LevelRules
{
    /// <summary>The level of operands that must stand at one.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    /// <exception cref="InvalidOperationException">Their levels differ.</exception>
    public static int Common(string operation, IEnumerable<SlotVector> operands)
    {
        var level = -1;
        foreach (var operand in operands)
        {
            if (level >= 0 && operand.Level != level)
                throw new InvalidOperationException($"{operation}: operands at levels {level} and {operand.Level}.");
            level = operand.Level;
        }
        return level >= 0 ? level : throw new ArgumentException($"{operation}: no operands.");
    }

    /// <summary>The level below a product's operands.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static int Below(string operation, int level) => level > 0
        ? level - 1
        : throw new InvalidOperationException($"{operation}: no level is left (operands at level 0); refresh them first.");

    /// <summary>The level below that of operands that must stand at one.</summary>
    public static int BelowCommon(string operation, IEnumerable<SlotVector> operands) => Below(operation, Common(operation, operands));

    /// <summary>Checks a level that a vector is to be lowered to.</summary>
    /// <exception cref="InvalidOperationException">It is above the vector's, or below 0.</exception>
    public static void CheckLower(SlotVector vector, int level)
    {
        if (level > vector.Level)
            throw new InvalidOperationException($"LowerTo: a vector at level {vector.Level} cannot be lowered to level {level}.");
        if (level < 0)
            throw new InvalidOperationException($"LowerTo: there is no level {level} below level {vector.Level}; refresh the vector first.");
    }
}

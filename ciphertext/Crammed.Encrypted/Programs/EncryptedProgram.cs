using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>
/// What a server executes: instructions on groups of slot vectors, each group made once. Before planning no instruction lowers or refreshes;
/// after planning each operand is at the level that its instruction runs at.
/// </summary>
/// <param name="Grid">the slots</param>
/// <param name="Inputs">groups that a run is given</param>
/// <param name="Instructions">in an order in which they can run</param>
/// <param name="Outputs">groups that a run gives back, by name</param>
public sealed record EncryptedProgram(
    SlotGrid Grid, ValueList<Value> Inputs, ValueList<Instruction> Instructions, IReadOnlyDictionary<string, Value> Outputs)
{
    /// <summary>Its levels after planning, null before.</summary>
    public ProgramLevels? Levels { get; init; }

    /// <summary>Of some values, by their names; those that no instruction makes do not count.</summary>
    public IReadOnlyDictionary<string, ValueDomain> Domains { get; init; } = new Dictionary<string, ValueDomain>();

    /// <summary>All values that reach an output, outputs among them.</summary>
    public IReadOnlySet<Value> Needed()
    {
        var needed = Outputs.Values.ToHashSet();
        foreach (var instruction in Instructions.Reverse().Where(instruction => instruction.Results.Any(needed.Contains)))
            needed.UnionWith(instruction.Operands);
        return needed;
    }
}

/// <summary>What a planned program presumes about levels; those of all other values follow.</summary>
/// <param name="Refreshed">level of a refreshed vector</param>
/// <param name="Inputs">for each input by name the level that it is given at</param>
public sealed record ProgramLevels(int Refreshed, IReadOnlyDictionary<string, int> Inputs);

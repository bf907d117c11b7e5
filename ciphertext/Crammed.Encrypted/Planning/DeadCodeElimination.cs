using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>Drops instructions none of whose results reaches an output. Inputs stay: a run is given them.</summary>
public static class DeadCodeElimination
{
    public static PassResult Run(EncryptedProgram program)
    {
        var used = program.Outputs.Values.ToHashSet();
        var kept = new Stack<Instruction>();
        foreach (var instruction in program.Instructions.Reverse())
        {
            if (!instruction.Results.Any(used.Contains))
                continue;
            used.UnionWith(instruction.Operands);
            kept.Push(instruction);
        }
        var unread = program.Inputs.Where(input => !used.Contains(input)).Select(input => input.Name).ToArray();
        var note = unread.Length == 0 ? "" : $"; no output depends on the inputs {string.Join(", ", unread)}";
        return new PassResult(
            program with { Instructions = [.. kept] },
            $"dead code: {program.Instructions.Count - kept.Count} of {program.Instructions.Count} instructions dropped{note}");
    }
}

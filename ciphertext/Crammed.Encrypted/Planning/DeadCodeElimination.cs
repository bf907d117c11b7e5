using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>Drops instructions none of whose results reaches an output. Inputs stay: a run is given them.</summary>
public static class DeadCodeElimination
{
    public static PassResult Run(EncryptedProgram program)
    {
        var needed = program.Needed();
        Instruction[] kept = [.. program.Instructions.Where(instruction => instruction.Results.Any(needed.Contains))];
        var unread = program.Inputs.Where(input => !needed.Contains(input)).Select(input => input.Name).ToArray();
        var note = unread.Length == 0 ? "" : $"; no output depends on the inputs {string.Join(", ", unread)}";
        return new PassResult(
            program with { Instructions = [.. kept] },
            $"dead code: {program.Instructions.Count - kept.Length} of {program.Instructions.Count} instructions dropped{note}");
    }
}

using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>Frees every group after the last instruction that reads it, but for outputs and for what is stored.</summary>
public static class FreeInsertion
{
    public static PassResult Run(EncryptedProgram program)
    {
        var kept = program.Outputs.Values.Concat(program.Instructions.OfType<Store>().Select(store => store.Operand)).ToHashSet();
        var instructions = new Stack<Instruction>();
        foreach (var instruction in program.Instructions.Reverse())
        {
            foreach (var value in instruction.Operands.Concat(instruction.Results))
            {
                if (kept.Add(value))
                    instructions.Push(new Free(value));
            }
            instructions.Push(instruction);
        }
        foreach (var unread in program.Inputs.Where(kept.Add))
            instructions.Push(new Free(unread));
        return new PassResult(
            program with { Instructions = [.. instructions] },
            $"lifetimes: {instructions.Count - program.Instructions.Count} values freed of {instructions.Count} instructions");
    }
}

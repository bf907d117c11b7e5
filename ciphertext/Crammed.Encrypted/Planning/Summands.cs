using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Values that only ever enter sums with others: what an adapter adds to the frozen projection. Their noise counts in the sum; how
/// large it is beside such a value, which may be next to nothing, says little.
/// </summary>
public static class Summands
{
    /// <summary>The summands of a program.</summary>
    public static IReadOnlySet<Value> Of(EncryptedProgram program)
    {
        var summands = new HashSet<Value>();
        var readers = new Dictionary<Value, List<Instruction>>();
        var outputs = program.Outputs.Values.ToHashSet();
        foreach (var instruction in program.Instructions.Where(instruction => instruction is not (Free or Store)))
        {
            foreach (var operand in instruction.Operands.Distinct())
            {
                if (!readers.TryGetValue(operand, out var known))
                    readers.Add(operand, known = []);
                known.Add(instruction);
            }
        }
        foreach (var value in program.Instructions.SelectMany(instruction => instruction.Results).Reverse())
        {
            if (!outputs.Contains(value) && readers.TryGetValue(value, out var own) && own.All(reader => IsAddedBy(reader, value)))
                summands.Add(value);
        }
        return summands;

        // Results come after operands: it is known whether they are summands.
        bool IsAddedBy(Instruction reader, Value value) => reader switch
        {
            Sum or LinearMap when reader.Operands.Distinct().Count() > 1 => true,
            Refresh refresh => summands.Contains(refresh.Refreshed[refresh.Sources.ToList().IndexOf(value)]),
            Masked { Terms.Count: > 1 } => false,
            Sum or LinearMap or Masked or SpreadProducts or Rotate or RotateAndSum or Fold or Lower or Load =>
                reader.Results.All(summands.Contains),
            _ => false,
        };
    }
}

using System.Globalization;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Bootstraps that may wait are made together with later ones, so many pairs to a call (<see cref="WorkingSets.BootstrapsAtOnce"/>): keys and
/// diagonals are read once for all of them. A refresh waits if nothing reads its results before the other one; its sources, which have few
/// limbs, live longer, and its results, which have many, come later.
/// </summary>
public static class RefreshGrouping
{
    /// <param name="program">with refreshes, in order</param>
    public static PassResult Run(EncryptedProgram program)
    {
        var instructions = program.Instructions.ToList();
        var before = Calls(instructions);
        for (var i = 0; i < instructions.Count; i++)
        {
            if (instructions[i] is Refresh { Method: RefreshMethod.Bootstrap } early && LaterFor(early, i, instructions) is { } place)
            {
                instructions[place] = Together(early, (Refresh)instructions[place]);
                instructions.RemoveAt(i--);
            }
        }
        return new PassResult(
            program with { Instructions = [.. instructions] },
            string.Create(CultureInfo.InvariantCulture, $"calls of bootstraps: {before} to {Calls(instructions)}"));
    }

    /// <summary>The next refresh that has room for another, before anything reads it; null if there is none.</summary>
    private static int? LaterFor(Refresh early, int from, List<Instruction> instructions)
    {
        var made = early.Refreshed.ToHashSet();
        for (var i = from + 1; i < instructions.Count; i++)
        {
            if (instructions[i].Operands.Any(made.Contains))
                return null;
            if (instructions[i] is Refresh { Method: RefreshMethod.Bootstrap } late && FillsACall(Together(early, late)))
                return i;
        }
        return null;
    }

    /// <summary>Whether all pairs are of one call.</summary>
    private static bool FillsACall(Refresh refresh) => RefreshPairs.Calls(refresh.VectorRanges).Count == 1;

    private static int Calls(IEnumerable<Instruction> instructions) => instructions.OfType<Refresh>()
        .Where(refresh => refresh.Method == RefreshMethod.Bootstrap).Sum(refresh => RefreshPairs.Calls(refresh.VectorRanges).Count);

    private static Refresh Together(Refresh early, Refresh late) => new(
        [.. early.Refreshed, .. late.Refreshed], [.. early.Sources, .. late.Sources], [.. early.Ranges, .. late.Ranges], early.Method);
}

using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;

namespace Crammed.Cli.Reports;

/// <summary>An instruction of a program and the levels around it.</summary>
/// <param name="Part">Of the model.</param>
/// <param name="From">Of the operands; of a refresh the lowest.</param>
/// <param name="To">Of the results.</param>
/// <param name="RefreshedVectors">0 where it is no refresh.</param>
internal sealed record LedgerEntry(string Part, int From, int To, int RefreshedVectors);

/// <summary>The levels of a planned program, instruction by instruction; what only keeps house is left out.</summary>
/// <param name="Highest">That of a refreshed vector.</param>
/// <param name="Entries">In the program's order.</param>
internal sealed record LevelLedger(int Highest, IReadOnlyList<LedgerEntry> Entries)
{
    /// <summary>That of one of a plan's programs.</summary>
    public static LevelLedger Of(PlanFolder plan, EncryptedProgram program)
    {
        var levels = plan.Levels.LevelsOf(program);
        return new LevelLedger(
            plan.Levels.RefreshedLevel,
            [
                .. program.Instructions.Where(instruction => instruction is not (Free or Store or Load or Lower)).Select(instruction =>
                    new LedgerEntry(
                        ProgramParts.Of(instruction), instruction.Operands.Min(operand => levels[operand]), levels[instruction.Results[0]],
                        instruction is Refresh refresh ? refresh.Sources.Sum(source => source.Count) : 0)),
            ]);
    }
}

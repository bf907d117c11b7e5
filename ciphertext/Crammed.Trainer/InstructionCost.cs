using System.Runtime.Intrinsics.X86;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Trainer;

/// <summary>What is known of each instruction of a program before it runs.</summary>
/// <param name="Part">of the model</param>
/// <param name="Kind">of the instruction</param>
/// <param name="Level">of the program, that its operands stand at</param>
/// <param name="Seconds">predicted</param>
internal sealed record InstructionCost(string Part, string Kind, int Level, double Seconds)
{
    /// <summary>Those of a plan's program, by the cost table that comes with the program for processors like this one.</summary>
    public static InstructionCost[] Of(EncryptedProgram program, PlanFolder plan)
    {
        var levels = plan.Levels.LevelsOf(program);
        var costs = new ParameterCosts(CostTableText.Include(Avx512F.IsSupported ? "avx512" : "avx2"), plan.Parameters);
        return
        [
            .. program.Instructions.Zip(ProgramParts.OfEach(program), (instruction, part) =>
            {
                var level = levels[instruction.Operands[0]];
                return new InstructionCost(
                    part, instruction.GetType().Name, level, costs.Milliseconds(instruction, program.Grid, level) / 1000);
            }),
        ];
    }
}

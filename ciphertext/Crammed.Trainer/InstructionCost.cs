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
        var part = ProgramParts.Of(program.Instructions[0]);
        var found = new List<InstructionCost>();
        foreach (var instruction in program.Instructions)
        {
            // What computes nothing belongs to what was computed before.
            if (instruction is not (Free or Store or Load or Lower))
                part = ProgramParts.Of(instruction);
            var level = levels[instruction.Operands[0]];
            found.Add(new InstructionCost(
                part, instruction.GetType().Name, level, costs.Milliseconds(instruction, program.Grid, level) / 1000));
        }
        return [.. found];
    }
}

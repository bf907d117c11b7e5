using Crammed.Converter;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Model;

namespace Crammed.Cli.Commands.Plan;

/// <summary>
/// Which values of a program are held against their noise, and how large they count. A value that was always zero on clear slots, as moments
/// are at first, has no signal to compare with, and the noise of one that is only added to others counts in the sum. What the backward pass
/// makes matters by the gradients that the updates take, and these stand beside the root of the optimizer's epsilon; so does what the update
/// computes of moments: of its values new parameters alone count.
/// </summary>
/// <param name="gradients">what the updates take</param>
/// <param name="newParameters">what they make</param>
/// <param name="summands">values that only enter sums</param>
/// <param name="leastGradient">smaller gradients count as large as this</param>
internal sealed class SignalChoice(
    IReadOnlySet<Value> gradients, IReadOnlySet<Value> newParameters, IReadOnlySet<Value> summands, double leastGradient)
{
    /// <summary>That of a program with its levels.</summary>
    public static SignalChoice Of(PlanInput input, EncryptedProgram program)
    {
        var settings = input.Draw.Settings;
        return new SignalChoice(
            ShadowTraining.GradientsOf(program).Values.ToHashSet(),
            input.Training.Graph.Parameters.Select(parameter => program.Outputs[parameter.Name]).ToHashSet(), Summands.Of(program),
            settings.Optimizer == UpdateRule.AdamwHe ? Math.Sqrt(settings.Epsilon) * input.Model.LossScale : 0);
    }

    /// <summary>Whether a value's noise is looked at.</summary>
    public bool Counts(Value value)
    {
        var part = ProgramParts.Of(value.Name);
        if (part == ProgramParts.Update)
            return newParameters.Contains(value);
        return gradients.Contains(value) || (!ProgramParts.IsBackward(part) && !summands.Contains(value));
    }

    /// <summary>What a value counts as, by its root mean square.</summary>
    public double SizeOf(Value value, double rms) => gradients.Contains(value) ? Math.Max(rms, leastGradient) : rms;
}

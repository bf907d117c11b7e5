using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Models;

/// <summary>The programs of a model, before levels: what is not read for their outputs is left out by the planner.</summary>
/// <param name="Training">from a batch, parameters and moments to logits, new parameters and moments</param>
/// <param name="Evaluation">from a micro-batch without labels, and parameters, to logits</param>
public sealed record ModelPrograms(EncryptedProgram Training, EncryptedProgram Evaluation)
{
    /// <summary>Those of a graph with update. Gradients are outputs of the graph for tests; a run of these programs keeps none.</summary>
    public static ModelPrograms Of(TrainingGraph model)
    {
        var program = model.Graph.Lower().Program;
        var given = program.Inputs.Select(input => input.Name).ToHashSet();
        return new ModelPrograms(
            program with { Outputs = OutputsOf(program, name => name == PlanFolder.Logits || given.Contains(name)) },
            WithoutUnread(program with
            {
                Outputs = new Dictionary<string, Value> { [PlanFolder.Logits] = program.Outputs[TrainingGraph.FirstLogits] },
            }));
    }

    /// <summary>
    /// The evaluation alone, for both: it gives the parameters that it reads back as they are, which is a step that trains nothing, so that a
    /// plan of it has parameters and data like any other.
    /// </summary>
    public static ModelPrograms ForEvaluation(TrainingGraph model)
    {
        var evaluation = Of(model).Evaluation;
        var parameters = model.Graph.Parameters.Select(parameter => parameter.Name).ToHashSet();
        var outputs = evaluation.Inputs.Where(input => parameters.Contains(input.Name)).ToDictionary(input => input.Name)
            .Concat(evaluation.Outputs);
        var program = evaluation with { Outputs = outputs.ToDictionary() };
        return new ModelPrograms(program, program);
    }

    /// <summary>Whether nothing is trained.</summary>
    public bool IsEvaluationAlone => ReferenceEquals(Training, Evaluation);

    private static Dictionary<string, Value> OutputsOf(EncryptedProgram program, Func<string, bool> isKept) =>
        program.Outputs.Where(output => isKept(output.Key)).ToDictionary();

    /// <summary>Without the inputs that no output depends on.</summary>
    private static EncryptedProgram WithoutUnread(EncryptedProgram program)
    {
        var read = program.Needed();
        return program with { Inputs = [.. program.Inputs.Where(read.Contains)] };
    }
}

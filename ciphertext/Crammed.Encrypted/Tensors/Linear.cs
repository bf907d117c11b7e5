using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>A result of a frozen map.</summary>
/// <param name="Name">within the operation</param>
/// <param name="Features">of the result</param>
/// <param name="Matrices">one for each operand: [feature of the result, feature of the operand]</param>
public sealed record LinearOutput(string Name, FeatureBlocks Features, params ValueList<FrozenMatrix> Matrices);

/// <summary>
/// Frozen maps: each result is the sum over the operands of a matrix times the operand's features, for every token. All results are made
/// together, so that they share the rotations. One level.
/// </summary>
internal sealed class Linear : Operation
{
    private readonly FeatureBlocks[] _inputs;
    private readonly IReadOnlyList<LinearOutput> _outputs;

    /// <exception cref="ArgumentException">an operand is not [example, token, feature], or matrices are missing</exception>
    public Linear(string name, IReadOnlyList<LinearOutput> outputs, params Tensor[] inputs) : base(name, inputs)
    {
        _inputs = [.. inputs.Select(RequireFeatures)];
        _outputs = outputs;
        if (outputs.FirstOrDefault(output => output.Matrices.Count != inputs.Length) is { } output)
            throw new ArgumentException($"{name}: {output.Matrices.Count} matrices for {inputs.Length} operands");
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [.. _outputs.Select(output => (output.Name, Operands[0].Layout.Grid.Features(output.Features)))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) => program.LinearMap(
        [.. _outputs.Select(output => (output.Name.Length == 0 ? "product" : output.Name, Axes(output.Features), output.Features))],
        [.. operands.Zip(_inputs)], [.. _outputs.SelectMany(output => output.Matrices)]);

    /// <summary>The transposed matrices, in one map for all operands.</summary>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var given = Enumerable.Range(0, gradients.Count).Where(o => gradients[o] is not null).ToArray();
        var wanted = Enumerable.Range(0, Operands.Count).Where(i => Operands[i].RequiresGradient).ToArray();
        var transposed = wanted.Select(i => new LinearOutput(
            wanted.Length == 1 ? "" : $"operand{i}", _inputs[i], [.. given.Select(o => Transpose(_outputs[o].Matrices[i]))]));
        var results = graph.Add(new Linear("transposed", [.. transposed], [.. given.Select(o => gradients[o]!)]));
        return [.. Enumerable.Range(0, Operands.Count).Select(i => Array.IndexOf(wanted, i) is var w and >= 0 ? results[w] : null)];
    }

    private static FrozenMatrix Transpose(FrozenMatrix matrix) => matrix with { Transposed = !matrix.Transposed };

    private static IReadOnlyList<Axis> Axes(FeatureBlocks features) => [new Axis(TensorLayouts.Feature, features.Columns)];
}

public static partial class TensorFunctions
{
    /// <summary>A frozen matrix times the features of every token. One level.</summary>
    /// <param name="input">[example, token, feature]</param>
    /// <param name="matrix">[feature of the result, feature of the input]</param>
    /// <param name="features">of the result</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">the input has another layout</exception>
    public static Tensor Linear(this Tensor input, FrozenMatrix matrix, FeatureBlocks features, string name = "linear") =>
        input.Graph.AddSingle(new Linear(name, [new LinearOutput("", features, matrix)], input));

    /// <summary>Several frozen matrices times the features of every token, all together. One level.</summary>
    /// <param name="input">[example, token, feature]</param>
    /// <param name="outputs">the results, each of one matrix</param>
    /// <exception cref="ArgumentException">the input has another layout</exception>
    public static IReadOnlyList<Tensor> Linear(this Tensor input, params LinearOutput[] outputs) =>
        input.Graph.Add(new Linear("linear", outputs, input));

    /// <summary>Sums of frozen matrices times the features of several tensors, all together. One level.</summary>
    /// <param name="inputs">each [example, token, feature]</param>
    /// <param name="outputs">the results, each of a matrix for each input</param>
    /// <exception cref="ArgumentException">an input has another layout, or matrices are missing</exception>
    public static IReadOnlyList<Tensor> Linear(this IReadOnlyList<Tensor> inputs, params LinearOutput[] outputs) =>
        inputs[0].Graph.Add(new Linear("linear", outputs, [.. inputs]));
}

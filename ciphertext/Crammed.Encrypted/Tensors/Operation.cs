using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// An operation on tensors. It checks the layouts of its operands, says those of its results, knows its recipe in instructions, and the
/// operations of its gradient.
/// </summary>
/// <param name="name">what its results and the values inside its recipe are named after, within the graph's scope</param>
/// <param name="operands">the tensors that it reads</param>
public abstract class Operation(string name, params Tensor[] operands)
{
    public string Name { get; } = name;

    public IReadOnlyList<Tensor> Operands { get; } = operands;

    /// <summary>Unique name in the graph, its scope included; set by the graph that the operation is added to.</summary>
    public string Path { get; internal set; } = name;

    /// <summary>Set by the graph that the operation is added to.</summary>
    public IReadOnlyList<Tensor> Results { get; internal set; } = [];

    /// <summary>Name within the operation, and layout, of each result. A single result may have an empty name.</summary>
    public abstract IReadOnlyList<(string Name, Layout Layout)> ResultLayouts { get; }

    /// <summary>
    /// Emits the operation's instructions: a value for each result, whose axes are those of the layout across vectors, in their order.
    /// </summary>
    /// <param name="program">where to; its scope is this operation's name</param>
    /// <param name="operands">a value for each operand</param>
    public abstract IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands);

    /// <summary>
    /// The operands' gradients, as tensors that operations added to the graph make: one for each operand, null where none is wanted
    /// (<see cref="Tensor.RequiresGradient"/>) or the operand has no influence.
    /// </summary>
    /// <param name="graph">where operations are added; its scope is this operation's name</param>
    /// <param name="gradients">the gradient of each result, of its layout or that unsummed, or null where it is zero</param>
    /// <exception cref="NotSupportedException">the operation has no gradient</exception>
    public virtual IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        throw new NotSupportedException($"{Name}: {GetType().Name} has no gradient");

    /// <exception cref="ArgumentException">an operand has another layout</exception>
    protected void RequireLayout(Tensor operand, Layout layout)
    {
        if (operand.Layout != layout)
            throw new ArgumentException($"{Name}: {operand.Name} lies as {operand.Layout}; {GetType().Name} takes {layout}");
    }

    /// <summary>The blocks and columns of an operand [example, token, feature].</summary>
    /// <exception cref="ArgumentException">the operand does not lie as <see cref="TensorLayouts.Features"/></exception>
    protected FeatureBlocks RequireFeatures(Tensor operand)
    {
        var features = operand.Layout.FeaturesAcross();
        return features is not null && operand.Layout == operand.Layout.Grid.Features(features)
            ? features
            : throw new ArgumentException($"{Name}: {operand.Name} lies as {operand.Layout}; {GetType().Name} takes features by token");
    }
}

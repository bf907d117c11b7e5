using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// A symbolic tensor: a name, a shape, and where its values lie. It has no values, no level and no ciphertexts.
/// </summary>
public sealed class Tensor
{
    internal Tensor(Graph graph, string name, Layout layout, Operation? source, bool requiresGradient)
    {
        Graph = graph;
        Name = name;
        Layout = layout;
        Source = source;
        RequiresGradient = requiresGradient;
    }

    public Graph Graph { get; }

    /// <summary>Unique in its graph; inputs and parameters are given to a run under this name.</summary>
    public string Name { get; }

    public Layout Layout { get; }

    /// <summary>What makes it, or null for an input or a parameter.</summary>
    public Operation? Source { get; }

    /// <summary>Whether a parameter reaches it.</summary>
    public bool RequiresGradient { get; }

    /// <summary>The sum of two tensors of one layout.</summary>
    public static Tensor operator +(Tensor left, Tensor right) => left.Graph.Add("sum", left, right);

    /// <summary>See <see cref="TensorFunctions.Multiply"/>.</summary>
    public static Tensor operator *(Tensor left, Tensor right) => left.Multiply(right);

    public override string ToString() => $"{Name} ({Layout})";
}

using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>What meets a frozen vector of features: those of every token, or of one token that is spread along the token axis.</summary>
internal abstract class FrozenVectorOperation : Operation
{
    /// <exception cref="ArgumentException">x is neither [example, token, feature] nor a spread token</exception>
    protected FrozenVectorOperation(string name, Tensor x, string vector) : base(name, x)
    {
        VectorName = vector;
        if (x.Layout.FeaturesSpread() is ({ } spread, var rowStep))
            Mask = SlotMask.Of(FrozenVector.Spread(vector, spread, rowStep));
        else
        {
            var features = RequireFeatures(x);
            Mask = SlotMask.Of(FrozenVector.InRows(vector, features, new Axis(TensorLayouts.Feature, features.Columns)));
        }
    }

    public sealed override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Operands[0].Layout)];

    protected string VectorName { get; }

    /// <summary>The vector's values where the operand's are.</summary>
    protected SlotMask Mask { get; }
}

/// <summary>A tensor plus a frozen vector. No level.</summary>
internal sealed class FrozenAddition(string name, Tensor x, string vector) : FrozenVectorOperation(name, x, vector)
{
    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [program.SumPlus("sum", operands[0].Axes, [Mask], ProgramBuilder.Term(operands[0]))];

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) => gradients;
}

/// <summary>A tensor times a frozen vector. One level.</summary>
internal sealed class FrozenProduct(string name, Tensor x, string vector) : FrozenVectorOperation(name, x, vector)
{
    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [program.Masked("product", operands[0].Axes, ProgramBuilder.Mask(operands[0], Mask))];

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [graph.AddSingle(new FrozenProduct("operand", gradients[0]!, VectorName))];
}

public static partial class TensorFunctions
{
    /// <summary>A tensor plus a frozen vector of its features, the same for every example and token (a bias). No level.</summary>
    /// <param name="x">[example, token, feature], or [example, feature] of a spread token</param>
    /// <param name="vector">name of the vector, by feature</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">x has another layout</exception>
    public static Tensor PlusFrozen(this Tensor x, string vector, string name = "plus_frozen") =>
        x.Graph.AddSingle(new FrozenAddition(name, x, vector));

    /// <summary>A tensor times a frozen vector of its features, the same for every example and token (a norm's weight). One level.</summary>
    /// <param name="x">[example, token, feature], or [example, feature] of a spread token</param>
    /// <param name="vector">name of the vector, by feature</param>
    /// <param name="name">of the result</param>
    /// <exception cref="ArgumentException">x has another layout</exception>
    public static Tensor TimesFrozen(this Tensor x, string vector, string name = "times_frozen") =>
        x.Graph.AddSingle(new FrozenProduct(name, x, vector));
}

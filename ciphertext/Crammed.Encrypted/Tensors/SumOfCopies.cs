using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// A factor times values that lie in parts of their sums, summed up: each copy is the whole sum. Values that are summed are only
/// multiplied. One level; none if the copies are over outermost digits and the factor is 1.
/// </summary>
internal sealed class SumOfCopies(string name, Tensor parts, double factor) : Operation(name, parts)
{
    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Operands[0].Layout with { Unsummed = false })];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [program.SumOverDigits("sum", operands[0], Operands[0].Layout.Unsummed ? Operands[0].Layout.Repetitions : [], factor)];
}

public static partial class TensorFunctions
{
    /// <summary>
    /// A factor times a tensor, summed over its copies where these are parts of sums: the gradient of a repeated value. One level; none if
    /// there is nothing to do.
    /// </summary>
    /// <param name="parts">any layout; of a factor other than 1, or unsummed, it has no gradient</param>
    /// <param name="factor">public</param>
    /// <param name="name">of the result</param>
    public static Tensor SumCopies(this Tensor parts, double factor = 1, string name = "summed") => parts.Layout.Unsummed || factor != 1
        ? parts.Graph.AddSingle(new SumOfCopies(name, parts, factor))
        : parts;
}

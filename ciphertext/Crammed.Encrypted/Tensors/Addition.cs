using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>The sum of tensors of one layout. No level.</summary>
internal sealed class Addition : Operation
{
    /// <exception cref="ArgumentException">the layouts differ</exception>
    public Addition(string name, params Tensor[] terms) : base(name, terms)
    {
        foreach (var term in terms)
            RequireLayout(term, terms[0].Layout);
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", Operands[0].Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [program.Sum("sum", operands[0].Axes, [.. operands.Select(operand => ProgramBuilder.Term(operand))])];

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [.. Operands.Select(_ => gradients[0])];
}

using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>Tensors of several batches one after the other: their examples, vectors of each by itself. No level, and no gradient.</summary>
internal sealed class JoinBatches : Operation
{
    private const string Batch = "batch";

    private readonly Layout _joined;

    /// <exception cref="ArgumentException">the layouts differ, or their first axis is not that of examples</exception>
    public JoinBatches(string name, params Tensor[] batches) : base(name, batches)
    {
        var layout = batches[0].Layout;
        foreach (var batch in batches)
            RequireLayout(batch, layout);
        var examples = layout.Axes[0];
        if (examples != TensorLayouts.Examples(layout.Grid))
            throw new ArgumentException($"{name}: {batches[0].Name} lies as {layout}, without examples first");
        var joined = examples with
        {
            Size = batches.Length * examples.Size,
            Digits = [LayoutDigit.AcrossVectors(batches.Length, Batch), .. examples.Digits],
        };
        _joined = layout with { Axes = [joined, .. layout.Axes.Skip(1)] };
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _joined)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands) =>
        [program.Join("joined", [new Axis(Batch, operands.Count), .. operands[0].Axes], [.. operands])];

    /// <exception cref="NotSupportedException">always</exception>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        throw new NotSupportedException($"{Name}: joined batches pass no gradient on");
}

public static partial class TensorFunctions
{
    /// <summary>Tensors of several batches one after the other; one alone stays as it is. No level, and no gradient.</summary>
    /// <param name="graph">theirs</param>
    /// <param name="name">of the result</param>
    /// <param name="batches">of one layout, examples first</param>
    /// <exception cref="ArgumentException">the layouts differ, or their first axis is not that of examples</exception>
    public static Tensor JoinBatches(this Graph graph, string name, params Tensor[] batches) =>
        batches.Length == 1 ? batches[0] : graph.AddSingle(new JoinBatches(name, batches));
}

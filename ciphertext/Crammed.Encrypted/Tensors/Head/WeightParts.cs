using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>A matrix of the head, one vector a part, from the vector that holds all parts on a digit of the example. One level.</summary>
internal sealed class UnpackWeightParts : Operation
{
    private readonly HeadShape _shape;
    private readonly HeadFeatures _features;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public UnpackWeightParts(string name, Tensor packed, HeadShape shape, HeadFeatures features) : base(name, packed)
    {
        (_shape, _features) = (shape, features);
        RequireLayout(packed, shape.PackedWeights(features));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.Weights(_features))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var part = new Axis(HeadShape.Part, _features.Parts);
        var picked = program.Masked("picked", [part], ProgramBuilder.Mask(operands[0], OfPart(_shape, part)));
        // From the last part a fold reaches all parts of its examples, and no others.
        var last = program.Rotate("last", [part], picked, (part - (part.Size - 1)) * _shape.PartStride);
        return [program.Fold("repeated", last, _shape.PartStride, part.Size)];
    }

    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients) =>
        [graph.AddSingle(new PackWeightParts("packed", gradients[0]!, _shape, _features))];

    /// <summary>1 where the packed vector holds a part.</summary>
    internal static SlotMask OfPart(HeadShape shape, Axis part) =>
        SlotMask.Where(SlotCondition.Is(shape.PartStride, part.Size, part));
}

/// <summary>A matrix of the head with all parts in one vector, from one vector a part. One level.</summary>
internal sealed class PackWeightParts : Operation
{
    private readonly HeadShape _shape;
    private readonly HeadFeatures _features;

    /// <exception cref="ArgumentException">the operand has another layout</exception>
    public PackWeightParts(string name, Tensor parts, HeadShape shape, HeadFeatures features) : base(name, parts)
    {
        (_shape, _features) = (shape, features);
        RequireLayout(parts, shape.Weights(features));
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _shape.PackedWeights(_features))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var part = operands[0].Axes[0];
        return [program.Masked("packed", [], ProgramBuilder.Mask(operands[0], UnpackWeightParts.OfPart(_shape, part), part))];
    }
}

using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// Packs gradients of factors, whose parts lie on all tokens and examples: rows hold the sums over both. Folding and packing are one: of
/// as many rows as there are examples each is masked once for every distance, and the masked sums are rotated back by their distance and
/// added; then the same with tokens. Two levels.
/// </summary>
internal sealed class Pack : Operation
{
    private readonly FactorPacking _packing;
    private readonly IReadOnlyList<PackedFactor> _factors;

    /// <exception cref="ArgumentException">a gradient is no factor in parts of sums</exception>
    public Pack(string name, FactorPacking packing, IReadOnlyList<PackedFactor> factors, params Tensor[] gradients) : base(name, gradients)
    {
        foreach (var (factor, gradient) in factors.Zip(gradients))
            RequireLayout(gradient, packing.Layout.Grid.Factor(factor.Rank, factor.Features) with { Unsummed = true });
        _packing = packing;
        _factors = factors;
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts => [("", _packing.Layout)];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var tokens = _factors.Zip(operands, (factor, rows) => (TokenRange.Of(program.Grid, factor), OverExamples(program, factor, rows)))
            .ToArray();
        var packed = new Axis(FactorPacking.Packed, _packing.Layout.VectorCount);
        if (packed.Size == 1)
            return [OverTokens(program, [packed], tokens, 0)];
        var vectors = Enumerable.Range(0, packed.Size).Select(vector => OverTokens(program, [], tokens, vector));
        return [program.Join("packed", [packed], [.. vectors])];
    }

    /// <summary>[token]: as many rows as there are examples in a vector, each summed over the examples, but not over tokens.</summary>
    private static Value OverExamples(ProgramBuilder program, PackedFactor factor, Value gradient)
    {
        var (examples, stride) = (program.Grid.Examples, program.Grid.ExampleStride);
        var (full, rest) = Math.DivRem(factor.Rows, examples);
        var rows = program.Join($"{factor.Name}_rows", "row", gradient);
        var (token, turn) = (new Axis("token", full), new Axis("turn", examples));
        var parts = new List<Value>();
        if (full > 0)
            parts.Add(Gather([token], token * examples, examples));
        if (rest > 0)
            parts.Add(Gather([], full * examples, rest));
        return program.Join($"{factor.Name}_tokens", "token", [.. parts]);

        Value Gather(Axis[] axes, AxisIndex first, int count)
        {
            var row = new Axis("row", count);
            var sums = program.Masked($"{factor.Name}_at_distance", [.. axes, turn], ProgramBuilder.Mask(
                rows[first + row], SlotMask.Where(SlotCondition.Is(stride, examples, row + (AxisIndex)turn)), row));
            return program.RotateAndSum($"{factor.Name}_gathered", axes, sums, turn * stride, turn);
        }
    }

    /// <summary>One packed vector from what its tokens hold.</summary>
    private static Value OverTokens(ProgramBuilder program, Axis[] axes, IReadOnlyList<(TokenRange Range, Value Value)> factors, int vector)
    {
        var (count, stride) = (program.Grid.Tokens, program.Grid.TokenStride);
        var turn = new Axis("turn", count);
        var terms = factors.Select((factor, i) =>
        {
            var (first, end) = (Math.Max(factor.Range.First, vector * count), Math.Min(factor.Range.End, (vector + 1) * count));
            if (first >= end)
                return null;
            var token = new Axis($"token{i}", end - first);
            return ProgramBuilder.Mask(
                factor.Value[token + (first - factor.Range.First)],
                SlotMask.Where(SlotCondition.Is(stride, count, token + (first - vector * count) + turn)), token);
        }).OfType<MaskTerm>().ToArray();
        // A vector of other factors only: zeros.
        if (terms.Length == 0)
            return program.Masked("zero", axes, ProgramBuilder.Mask(factors[0].Value[0], 0));
        var sums = program.Masked("at_distance", [turn], terms);
        return program.RotateAndSum("packed", axes, sums[turn], turn * stride, turn);
    }
}

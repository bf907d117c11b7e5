using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// Factors out of packed parameters: each row repeated over all tokens and examples. A vector is taken apart from the outermost rows on: by
/// an upper and a lower digit of the token, then by examples. A stage puts together, for each value of its digit, the rotations of a vector
/// under masks; what is below the digit is periodic from then on. The last two stages are each factor's own, so that factors may be made at
/// different levels. Three levels.
/// </summary>
internal sealed class Unpack : Operation
{
    private readonly FactorPacking _packing;
    private readonly IReadOnlyList<PackedFactor> _factors;

    /// <exception cref="ArgumentException">the operand does not lie as the packing says</exception>
    public Unpack(string name, Tensor packed, FactorPacking packing, IReadOnlyList<PackedFactor> factors) : base(name, packed)
    {
        RequireLayout(packed, packing.Layout);
        _packing = packing;
        _factors = factors;
    }

    public override IReadOnlyList<(string Name, Layout Layout)> ResultLayouts =>
        [.. _factors.Select(factor => (factor.Name, _packing.Layout.Grid.Factor(factor.Rank, factor.Features)))];

    public override IReadOnlyList<Value> Lower(ProgramBuilder program, IReadOnlyList<Value> operands)
    {
        var digits = TokenDigits.Of(program.Grid);
        var tokens = _factors.Select(factor => TokenRange.Of(program.Grid, factor)).ToArray();
        var nodes = UpperDigits(program, digits, operands[0], tokens);
        return [.. _factors.Zip(tokens, (factor, range) => Rows(program, factor, Tokens(program, digits, nodes, factor, range)))];
    }

    /// <summary>The gradients, folded over what repeats and packed in one go.</summary>
    public override IReadOnlyList<Tensor?> Gradients(Graph graph, IReadOnlyList<Tensor?> gradients)
    {
        var given = Enumerable.Range(0, gradients.Count).Where(i => gradients[i] is not null).ToArray();
        return [graph.AddSingle(new Pack("packed", _packing, [.. given.Select(i => _factors[i])], [.. given.Select(i => gradients[i]!)]))];
    }

    /// <summary>
    /// First stage, for each packed vector that is needed: rotations by the lower digit of vectors that repeat the tokens of one upper
    /// digit; by the upper digit, counted over all vectors.
    /// </summary>
    private static Dictionary<int, Operand> UpperDigits(
        ProgramBuilder program, TokenDigits digits, Value packed, IReadOnlyList<TokenRange> tokens)
    {
        var stride = digits.Lower * program.Grid.TokenStride;
        var (turn, lower) = (new Axis("turn", digits.Upper), new Axis("lower_turn", digits.Lower));
        var nodes = new Dictionary<int, Operand>();
        var needed = tokens.SelectMany(range => range.UpperDigits(digits)).Distinct();
        foreach (var ofVector in needed.GroupBy(digit => digit / digits.Upper).OrderBy(group => group.Key))
        {
            var (first, last) = (ofVector.Min(), ofVector.Max());
            var node = new Axis("node", last - first + 1);
            var turned = program.Rotate("turned", [turn], packed[ofVector.Key], turn * stride);
            var digit = node + (first % digits.Upper) - turn;
            var chosen = program.Masked("upper", [node], Choose(turned[turn], stride, digits.Upper, digit, turn));
            var again = program.Rotate("upper_turned", [node, lower], chosen[node], lower * program.Grid.TokenStride);
            for (var i = first; i <= last; i++)
                nodes.Add(i, again[i - first, lower]);
        }
        return nodes;
    }

    /// <summary>Second stage: a vector for each token of a factor's rows, that token repeated over all.</summary>
    private static Value Tokens(
        ProgramBuilder program, TokenDigits digits, Dictionary<int, Operand> nodes, PackedFactor factor, TokenRange tokens)
    {
        var turn = new Axis("lower_turn", digits.Lower);
        var parts = tokens.UpperDigits(digits).Select(upper =>
        {
            var (first, last) = (Math.Max(tokens.First, upper * digits.Lower), Math.Min(tokens.End, (upper + 1) * digits.Lower));
            var token = new Axis("token", last - first);
            var digit = token + (first % digits.Lower) - turn;
            return program.Masked(
                $"{factor.Name}_tokens", [token], Choose(nodes[upper], program.Grid.TokenStride, digits.Lower, digit, turn));
        }).ToArray();
        return parts.Length == 1 ? parts[0] : program.Join($"{factor.Name}_all_tokens", "token", parts);
    }

    /// <summary>Last stage: a vector for each row, [rank, column], from tokens of as many rows as there are examples.</summary>
    private static Value Rows(ProgramBuilder program, PackedFactor factor, Value tokens)
    {
        var (examples, stride) = (program.Grid.Examples, program.Grid.ExampleStride);
        var (full, rest) = Math.DivRem(factor.Rows, examples);
        var (all, token, turn) = (tokens.Axes[0], new Axis("token", full), new Axis("turn", examples));
        var turned = program.Rotate($"{factor.Name}_turned", [all, turn], tokens[all], turn * stride);
        var parts = new List<Value>();
        if (full > 0)
            parts.Add(RowsOf([token, new Axis("row", examples)], turned[token, turn]));
        if (rest > 0)
            parts.Add(RowsOf([new Axis("row", rest)], turned[full, turn]));
        return program.Join(
            factor.Name, [new Axis(TensorLayouts.Rank, factor.Rank), new Axis(TensorLayouts.Feature, factor.Features.Columns)], [.. parts]);

        Value RowsOf(Axis[] axes, Operand source) =>
            program.Masked($"{factor.Name}_rows", axes, Choose(source, stride, examples, axes[^1] - (AxisIndex)turn, turn));
    }

    /// <summary>
    /// Everywhere what stands where a digit of the slots has a given value: rotated by a number of digits, it stands where the digit is
    /// less by that number.
    /// </summary>
    /// <param name="turned">a vector rotated by the loop variable of turn, in digits</param>
    /// <param name="stride">of the digit</param>
    /// <param name="size">of the digit</param>
    /// <param name="digit">the value less the loop variable</param>
    /// <param name="turn">the loop over rotations</param>
    private static MaskTerm Choose(Operand turned, int stride, int size, AxisIndex digit, Axis turn) =>
        ProgramBuilder.Mask(turned, SlotMask.Where(SlotCondition.Is(stride, size, digit)), turn);
}

public static partial class TensorFunctions
{
    /// <summary>Factors out of packed parameters, [rank, feature] each, in the order of the names. Three levels.</summary>
    /// <param name="packed">parameters</param>
    /// <param name="packing">where its factors lie</param>
    /// <param name="factors">names of those that are wanted</param>
    /// <exception cref="ArgumentException">the parameters do not lie as the packing says</exception>
    /// <exception cref="KeyNotFoundException">a factor is not packed</exception>
    public static IReadOnlyList<Tensor> Unpack(this Tensor packed, FactorPacking packing, params IReadOnlyList<string> factors) =>
        packed.Graph.Add(new Unpack("unpacked", packed, packing, [.. factors.Select(name => packing[name])]));
}

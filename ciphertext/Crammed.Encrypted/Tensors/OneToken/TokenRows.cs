using System.Numerics;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// Columns that stand along the token axis, one every few tokens, and how they get there and back: recipes of masks and rotations. The row
/// of a column is written in two digits of about the same size, and each is moved in a step of its own: rotations and masks grow with the
/// digits' sizes, not with the rows.
/// </summary>
internal sealed class TokenRows
{
    private const string HighName = "high";
    private const string LowName = "low";
    private const string TurnName = "turn";

    private readonly int _rowStep;
    private readonly int _tokenStride;
    private readonly int _low;
    private readonly int _high;

    /// <exception cref="ArgumentException">the step is no power of two, or larger than the token axis</exception>
    public TokenRows(SlotGrid grid, int rowStep)
    {
        if (!BitOperations.IsPow2(rowStep) || rowStep > grid.Tokens)
        {
            throw new ArgumentException(
                $"columns stand every {rowStep} of {grid.Tokens} tokens; this must be a power of two", nameof(rowStep));
        }
        _rowStep = rowStep;
        _tokenStride = grid.TokenStride;
        Count = grid.Tokens / rowStep;
        _low = 1 << BitOperations.Log2((uint)Count) / 2;
        _high = Count / _low;
    }

    /// <summary>Rows that a column may stand at.</summary>
    public int Count { get; }

    /// <summary>Slots from one row to the next.</summary>
    private int Stride => _rowStep * _tokenStride;

    /// <summary>
    /// One vector a column, repeated over all tokens: a group of axis <see cref="TensorLayouts.Feature"/>. Two levels.
    /// </summary>
    /// <param name="program">where to</param>
    /// <param name="spread">one vector, zero between the rows</param>
    /// <param name="columns">at most <see cref="Count"/></param>
    public Value Repeat(ProgramBuilder program, Value spread, int columns)
    {
        var high = PickHigh(program, Filled(program, spread), columns);
        if (_low == 1)
            return program.Join("columns", TensorLayouts.Feature, high);
        var turned = TurnLow(program, high);
        var (turn, full, rest) = (new Axis(TurnName, _low), columns / _low, columns % _low);
        var parts = new List<Value>();
        if (full > 0)
            parts.Add(Pick([new Axis(HighName, full), new Axis(LowName, _low)], new Axis(HighName, full)));
        if (rest > 0)
            parts.Add(Pick([new Axis(LowName, rest)], full));
        return program.Join("columns", TensorLayouts.Feature, [.. parts]);

        Value Pick(Axis[] axes, AxisIndex at) => program.Masked(
            "low", axes,
            ProgramBuilder.Mask(turned[at, turn], SlotMask.Where(SlotCondition.Is(Stride, _low, axes[^1] + -turn)), turn));
    }

    /// <summary>
    /// The columns in vectors in which cycles of them lie in turn: enough where another plaintext stands in every slot anyway. One level
    /// and the low digit as the cycle; none and all rows as the cycle if there are as many columns.
    /// </summary>
    /// <param name="program">where to</param>
    /// <param name="spread">one vector, zero between the rows</param>
    /// <param name="columns">at most <see cref="Count"/></param>
    public (Value Columns, ColumnCycle Cycle) RepeatCycles(ProgramBuilder program, Value spread, int columns)
    {
        var filled = Filled(program, spread);
        if (columns < Count)
            return (TurnLow(program, PickHigh(program, filled, columns)), new ColumnCycle(_low, _rowStep));
        var turn = new Axis(TurnName, Count);
        return (program.Rotate("turned", [turn], filled, turn * Stride), new ColumnCycle(Count, _rowStep));
    }

    /// <summary>
    /// The inverse, summed: one vector that holds at each column's row the sum over all tokens of the column's vector, and zeros elsewhere.
    /// Two levels.
    /// </summary>
    /// <param name="program">where to</param>
    /// <param name="columns">one axis, at most <see cref="Count"/> vectors</param>
    public Value SumAndPack(ProgramBuilder program, Value columns)
    {
        var groups = program.Fold("folded", _low == 1 ? columns : PackLow(program, columns), _tokenStride, _rowStep);
        var (high, turn) = (new Axis(HighName, groups.Count), new Axis(TurnName, _high));
        var row = SlotCondition.Is(_low * Stride, _high, high + turn);
        var mask = _rowStep == 1 ? SlotMask.Where(row) : SlotMask.Where(row, SlotCondition.Is(_tokenStride, _rowStep, 0));
        var masked = program.Masked("high_masked", [turn], ProgramBuilder.Mask(groups[high], mask, high));
        return program.RotateAndSum("packed", [], masked[turn], turn * (_low * Stride), turn);
    }

    /// <summary>One vector that holds each column at its row, and zeros elsewhere, of columns repeated over tokens. One level.</summary>
    /// <param name="program">where to</param>
    /// <param name="columns">one axis, at most <see cref="Count"/> vectors</param>
    public Value Pack(ProgramBuilder program, Value columns)
    {
        var column = columns.Axes[0];
        var row = SlotCondition.Is(_tokenStride, Count * _rowStep, column * _rowStep);
        return program.Masked("packed", [], ProgramBuilder.Mask(columns, SlotMask.Where(row), column));
    }

    /// <summary>Groups of as many columns as the low digit has values, summed over windows of as many rows.</summary>
    private Value PackLow(ProgramBuilder program, Value columns)
    {
        var (full, rest) = (columns.Count / _low, columns.Count % _low);
        var parts = new List<Value>();
        if (full > 0)
            parts.Add(Pack([new Axis(HighName, full)], new Axis(HighName, full) * _low, _low));
        if (rest > 0)
            parts.Add(Pack([], full * _low, rest));
        return parts.Count == 1 && rest == 0 ? parts[0] : program.Join("groups", HighName, [.. parts]);

        Value Pack(Axis[] axes, AxisIndex first, int count)
        {
            var (low, turn) = (new Axis(LowName, count), new Axis(TurnName, _low));
            var masked = program.Masked(
                "low_masked", [.. axes, turn],
                ProgramBuilder.Mask(columns[first + low], SlotMask.Where(SlotCondition.Is(Stride, _low, low + turn)), low));
            return program.RotateAndSum("low_packed", axes, masked[[.. axes.Select(axis => (AxisIndex)axis), turn]], turn * Stride, turn);
        }
    }

    /// <summary>The same values at all tokens of a row.</summary>
    private Value Filled(ProgramBuilder program, Value spread) => program.Fold("filled", spread, -_tokenStride, _rowStep);

    /// <summary>For each high digit the columns that have it, in all rows by their low digit. One level.</summary>
    private Value PickHigh(ProgramBuilder program, Value filled, int columns)
    {
        var (high, turn) = (new Axis(HighName, (columns + _low - 1) / _low), new Axis(TurnName, _high));
        var turned = program.Rotate("high_turned", [turn], filled, turn * (_low * Stride));
        return program.Masked(
            "high", [high],
            ProgramBuilder.Mask(turned[turn], SlotMask.Where(SlotCondition.Is(_low * Stride, _high, high + -turn)), turn));
    }

    private Value TurnLow(ProgramBuilder program, Value high)
    {
        var turn = new Axis(TurnName, _low);
        return program.Rotate("low_turned", [.. high.Axes, turn], high, turn * Stride);
    }
}

using System.Numerics;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>
/// Reads terms, operands, indices and masks of one instruction. Its loops run over the result's axes and those of a sum, which come last in
/// a term: indices are read first and get their axes then.
/// </summary>
/// <param name="line">the instruction</param>
/// <param name="axes">of the result</param>
/// <param name="find">a value that lives, or null</param>
/// <param name="grid">the slots</param>
internal sealed class OperandReader(ProgramLine line, IReadOnlyList<Axis> axes, Func<string, Value?> find, SlotGrid grid)
{
    public static Axis Axis(ProgramLine line)
    {
        var name = line.Name("an axis");
        if (name[0] == '_' || name.Any(character => character is '.' or '-'))
            throw line.Error($"the axis {name} should have letters, digits and '_', the first a letter");
        line.Expect(":");
        return new Axis(name, line.Integer($"the length of axis {name}", 1, ProgramText.MostVectors));
    }

    public SumTerm SumTerm()
    {
        var factor = Factor();
        var operand = NamedOperand();
        var over = Over();
        return new SumTerm(Operand(operand, over), factor, over);
    }

    public ProductTerm ProductTerm()
    {
        var factor = Factor();
        var left = NamedOperand();
        line.Expect("*");
        var right = NamedOperand();
        var over = Over();
        return new ProductTerm(Operand(left, over), Operand(right, over), factor, over);
    }

    public MaskTerm MaskTerm()
    {
        var operand = NamedOperand();
        line.Expect("*");
        var mask = NamedMask();
        var over = Over();
        return new MaskTerm(Operand(operand, over), Mask(mask, over), over);
    }

    /// <summary>Blocks and columns of features.</summary>
    public static FeatureBlocks Blocks(ProgramLine line, SlotGrid grid)
    {
        var blocks = line.Integer("the number of blocks", 1, grid.Blocks);
        line.Expect("x");
        return new FeatureBlocks(blocks, line.Integer("the number of columns", 1, ProgramText.MostVectors));
    }

    /// <summary>A mask without a sum.</summary>
    public SlotMask Mask() => Mask(NamedMask(), []);

    /// <summary>An operand without a sum.</summary>
    public Operand Operand() => Operand(NamedOperand(), []);

    public SquaredDifferences SquaredDifferences(Value result)
    {
        var left = NamedOperand();
        line.Expect("-");
        var right = NamedOperand();
        var over = Over();
        return new SquaredDifferences(result, Operand(left, over), Operand(right, over), over);
    }

    public Rotate Rotate(Value result)
    {
        var operand = Operand();
        line.Expect("by");
        return new Rotate(result, operand, Index(NamedIndex(), []));
    }

    public RotateAndSum RotateAndSum(Value result)
    {
        var operand = NamedOperand();
        line.Expect("by");
        var steps = NamedIndex();
        var over = Over();
        return new RotateAndSum(result, Operand(operand, over), Index(steps, over), over);
    }

    public Fold Fold(Value result)
    {
        var operand = Operand();
        line.Expect("stride");
        var stride = line.Integer("the stride", -grid.SlotCount, grid.SlotCount);
        line.Expect("count");
        var count = line.Integer("the count", 1, grid.SlotCount);
        return BitOperations.IsPow2(count)
            ? new Fold(result, operand, stride, count)
            : throw line.Error($"{count} rotations are folded; it must be a power of two");
    }

    private long Factor()
    {
        if (!line.NextIsNumber)
            return 1;
        var factor = line.Integer("a factor");
        line.Expect("*");
        return factor;
    }

    /// <summary>The axes of a sum, if there is one.</summary>
    private ValueList<Axis> Over()
    {
        if (!line.Take("over"))
            return [];
        var over = new List<Axis>();
        do
        {
            var axis = Axis(line);
            if (axes.Concat(over).Any(other => other.Name == axis.Name))
                throw line.Error($"there are two loops over {axis.Name}");
            over.Add(axis);
        }
        while (!line.IsAtEnd && line.Second == ":");
        var points = axes.Concat(over).Aggregate(BigInteger.One, (product, axis) => product * axis.Size);
        return points <= ProgramText.MostPoints
            ? [.. over]
            : throw line.Error($"the loops have {points} points; an instruction's have at most {ProgramText.MostPoints}");
    }

    private NamedOperand NamedOperand()
    {
        var name = line.Name("a value");
        var value = find(name) ?? throw line.Error($"{name} is not made before this line, or is freed");
        if (!line.Take("["))
            return new NamedOperand(value, []);
        var indices = line.List(",", NamedIndex);
        line.Expect("]");
        return new NamedOperand(value, indices);
    }

    private NamedIndex NamedIndex()
    {
        var offset = 0L;
        var steps = new List<(string, int)>();
        line.List("+", () =>
        {
            if (!line.NextIsNumber)
            {
                steps.Add((line.Name("an axis or a number"), 1));
                return offset;
            }
            var number = line.Integer("a number", -int.MaxValue, int.MaxValue);
            if (line.Take("*"))
                steps.Add((line.Name("an axis"), number));
            else
                offset += number;
            return offset;
        });
        return new NamedIndex(offset, steps);
    }

    private NamedMask NamedMask()
    {
        var isNumber = line.NextIsNumber;
        var factor = isNumber ? line.Number("a factor") : 1;
        var scalar = !isNumber || line.Take("*") ? line.Name("a scalar or a number") : null;
        var vector = line.Take(ProgramText.Vector) ? NamedVector() : null;
        return new NamedMask(factor, scalar, vector, line.Take("where") ? line.List("and", NamedCondition) : []);
    }

    private NamedVector NamedVector()
    {
        var name = line.Name("a vector's name");
        var features = Blocks(line, grid);
        if (!line.Take("rows"))
        {
            line.Expect("column");
            return new NamedVector(name, features, 0, NamedIndex());
        }
        var step = line.Integer("the number of rows", 1, grid.Tokens);
        return (features.Columns - 1L) * step < grid.Tokens
            ? new NamedVector(name, features, step, new NamedIndex(0, []))
            : throw line.Error($"{features.Columns} columns every {step} rows do not fit {grid.Tokens} tokens");
    }

    private (int Stride, int Size, NamedIndex Start, NamedIndex Count) NamedCondition()
    {
        var stride = line.Integer("a stride", 1, grid.SlotCount);
        line.Expect("/");
        var size = line.Integer("a digit's size", 1, grid.SlotCount);
        line.Expect("from");
        var start = NamedIndex();
        line.Expect("count");
        return (stride, size, start, NamedIndex());
    }

    private Operand Operand(NamedOperand operand, ValueList<Axis> over)
    {
        var value = operand.Value;
        if (operand.Indices.Count != value.Axes.Count)
            throw line.Error($"{value} is read by {operand.Indices.Count} indices");
        var indices = operand.Indices.Select(index => Index(index, over)).ToArray();
        foreach (var (index, axis) in indices.Zip(value.Axes))
        {
            if (index.Least < 0 || index.Largest >= axis.Size)
                throw line.Error($"{value.Name} is read at {index.Least} to {index.Largest} of axis {axis}");
        }
        return new Operand(value, [.. indices]);
    }

    private SlotMask Mask(NamedMask mask, ValueList<Axis> over) => new(
        mask.Factor, mask.Scalar,
        [.. mask.Conditions.Select(condition =>
            new SlotCondition(condition.Stride, condition.Size, Index(condition.Start, over), Index(condition.Count, over)))])
    {
        Vector = mask.Vector is { } vector ? Vector(vector, over) : null,
    };

    private FrozenVector Vector(NamedVector vector, ValueList<Axis> over)
    {
        var column = Index(vector.Column, over);
        return column.Least >= 0 && column.Largest < vector.Features.Columns
            ? new FrozenVector(vector.Name, vector.Features, vector.RowStep, column)
            : throw line.Error($"{vector.Name} is read at columns {column.Least} to {column.Largest} of {vector.Features.Columns}");
    }

    /// <summary>An index over the loops; no value of it passes an integer.</summary>
    private AxisIndex Index(NamedIndex index, ValueList<Axis> over)
    {
        var steps = index.Steps.Select(step => new AxisStep(
            axes.Concat(over).FirstOrDefault(axis => axis.Name == step.Axis)
                ?? throw line.Error($"an index runs over {step.Axis}, which no loop runs over"),
            step.Factor)).ToArray();
        var largest = steps.Aggregate(
            (BigInteger)Math.Abs(index.Offset), (sum, step) => sum + Math.Abs((long)step.Factor) * (step.Axis.Size - 1));
        return largest <= int.MaxValue
            ? new AxisIndex((int)index.Offset, [.. steps])
            : throw line.Error($"an index reaches {largest} in size");
    }
}

/// <summary>An index whose axes are names.</summary>
internal sealed record NamedIndex(long Offset, IReadOnlyList<(string Axis, int Factor)> Steps);

/// <summary>A vector of a group by such indices.</summary>
internal sealed record NamedOperand(Value Value, IReadOnlyList<NamedIndex> Indices);

/// <summary>A frozen vector by such indices.</summary>
internal sealed record NamedVector(string Name, FeatureBlocks Features, int RowStep, NamedIndex Column);

/// <summary>Public slots by such indices.</summary>
internal sealed record NamedMask(
    double Factor, string? Scalar, NamedVector? Vector, IReadOnlyList<(int Stride, int Size, NamedIndex Start, NamedIndex Count)> Conditions);

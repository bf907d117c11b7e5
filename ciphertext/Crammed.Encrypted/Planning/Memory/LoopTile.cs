using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>A run of points of one loop: what an instruction is narrowed to.</summary>
/// <param name="Whole">the loop</param>
/// <param name="First">first point</param>
/// <param name="Size">how many</param>
internal sealed record LoopTile(Axis Whole, int First, int Size)
{
    /// <summary>The loop over these points alone, from 0.</summary>
    public Axis Axis { get; } = Whole with { Size = Size };

    /// <summary>An index over the whole loop as one over the tile; a loop of one point becomes a constant.</summary>
    public AxisIndex In(AxisIndex index)
    {
        var offset = index.Offset;
        var steps = new List<AxisStep>();
        foreach (var step in index.Steps)
        {
            if (step.Axis != Whole)
            {
                steps.Add(step);
                continue;
            }
            offset += step.Factor * First;
            if (Size > 1)
                steps.Add(step with { Axis = Axis });
        }
        return new AxisIndex(offset, [.. steps]);
    }

    /// <summary>A mask over the whole loop as one over the tile.</summary>
    public SlotMask In(SlotMask mask) => mask with
    {
        Conditions = [.. mask.Conditions.Select(condition => condition with { Start = In(condition.Start), Count = In(condition.Count) })],
        Vector = mask.Vector is { } vector ? vector with { Column = In(vector.Column) } : null,
    };

    /// <summary>Axes with the tile's in place of the whole one.</summary>
    public ValueList<Axis> In(ValueList<Axis> axes) => [.. axes.Select(axis => axis == Whole ? Axis : axis)];
}

/// <summary>Instructions that run over loops, and parts of them.</summary>
internal static class LoopInstructions
{
    /// <summary>Whether an instruction runs over loops, so that it can be narrowed to a part of one.</summary>
    public static bool HasLoops(this Instruction instruction) =>
        instruction is Sum or Products or SquaredDifferences or Masked or Rotate or RotateAndSum or Fold or PolynomialOf;

    /// <summary>All that an instruction with loops reads, with the axes that it is summed over.</summary>
    public static IEnumerable<(Operand Operand, ValueList<Axis> Over)> Reads(this Instruction instruction) => instruction switch
    {
        Sum sum => sum.Terms.Select(term => (term.Operand, term.Over)),
        Products products => products.Terms.SelectMany(term => new[] { (term.Left, term.Over), (term.Right, term.Over) }),
        SquaredDifferences squares => [(squares.Left, squares.Over), (squares.Right, squares.Over)],
        Masked masked => masked.Terms.Select(term => (term.Operand, term.Over)),
        Rotate rotate => [(rotate.Operand, [])],
        RotateAndSum rotate => [(rotate.Operand, rotate.Over)],
        Fold fold => [(fold.Operand, [])],
        PolynomialOf polynomial => [(polynomial.Operand, [])],
        _ => throw new NotSupportedException($"{instruction.GetType().Name} has no loops"),
    };

    /// <summary>The points of a tile of an axis of the result.</summary>
    /// <param name="instruction">with loops</param>
    /// <param name="result">with the tile's axis, in any order of axes</param>
    /// <param name="tile">of an axis of the result</param>
    /// <param name="read">what is read in place of an operand, which is given over the whole loop</param>
    public static Instruction Narrowed(this Instruction instruction, Value result, LoopTile tile, Func<Operand, Operand> read) =>
        instruction switch
        {
            Sum sum => new Sum(
                result, [.. sum.Terms.Select(term => term with { Operand = read(term.Operand) })], [.. sum.Constants.Select(tile.In)]),
            Products products => new Products(
                result, [.. products.Terms.Select(term => term with { Left = read(term.Left), Right = read(term.Right) })]),
            SquaredDifferences squares => squares with { Result = result, Left = read(squares.Left), Right = read(squares.Right) },
            Masked masked => new Masked(
                result, [.. masked.Terms.Select(term => term with { Operand = read(term.Operand), Mask = tile.In(term.Mask) })]),
            Rotate rotate => new Rotate(result, read(rotate.Operand), tile.In(rotate.Steps)),
            RotateAndSum rotate => rotate with { Result = result, Operand = read(rotate.Operand), Steps = tile.In(rotate.Steps) },
            Fold fold => fold with { Result = result, Operand = read(fold.Operand) },
            PolynomialOf polynomial => polynomial with { Result = result, Operand = read(polynomial.Operand) },
            _ => throw new NotSupportedException($"{instruction.GetType().Name} has no loops"),
        };

    /// <summary>
    /// The part of a sum that a tile of an axis adds which it is summed over. Terms that are not tiled, and constants, belong to the first
    /// part.
    /// </summary>
    /// <param name="instruction">with terms</param>
    /// <param name="result">of the same axes as the whole</param>
    /// <param name="tile">of an axis that the tiled terms are summed over</param>
    /// <param name="isTiled">whether a term reads this operand by tiles</param>
    /// <param name="read">what is read in place of an operand of a tiled term</param>
    public static Instruction Part(
        this Instruction instruction, Value result, LoopTile tile, Func<Operand, bool> isTiled, Func<Operand, Operand> read)
    {
        var isFirst = tile.First == 0;
        return instruction switch
        {
            Sum sum => new Sum(result, Terms(sum.Terms, term => isTiled(term.Operand), term => term with
            {
                Operand = read(term.Operand),
                Over = tile.In(term.Over),
            }), isFirst ? sum.Constants : []),
            Products products => new Products(result, Terms(
                products.Terms, term => isTiled(term.Left) || isTiled(term.Right), term => term with
                {
                    Left = read(term.Left),
                    Right = read(term.Right),
                    Over = tile.In(term.Over),
                })),
            SquaredDifferences squares =>
                new SquaredDifferences(result, read(squares.Left), read(squares.Right), tile.In(squares.Over)),
            Masked masked => new Masked(result, Terms(masked.Terms, term => isTiled(term.Operand), term => new MaskTerm(
                read(term.Operand), tile.In(term.Mask), tile.In(term.Over)))),
            RotateAndSum rotate => new RotateAndSum(result, read(rotate.Operand), tile.In(rotate.Steps), tile.In(rotate.Over)),
            _ => throw new NotSupportedException($"{instruction.GetType().Name} sums nothing"),
        };

        ValueList<T> Terms<T>(ValueList<T> terms, Func<T, bool> tiled, Func<T, T> narrow) =>
            [.. terms.Where(term => isFirst || tiled(term)).Select(term => tiled(term) ? narrow(term) : term)];
    }
}

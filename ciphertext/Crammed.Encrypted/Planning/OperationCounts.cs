using System.Numerics;
using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// How many engine operations an instruction takes over its whole group, and how many levels below that of the operands. Products and
/// rotations of one sum are accumulated, so their additions count with them; other additions are counted. Only what lowers a vector counts
/// from one level above its result: limbs above are dropped for nothing.
/// </summary>
public sealed class OperationCounts
{
    private readonly Dictionary<(EngineOperation Operation, int Below), long> _counts = [];

    private OperationCounts()
    {
    }

    /// <summary>Counts by operation and by levels below that of the instruction's operands.</summary>
    public IReadOnlyDictionary<(EngineOperation Operation, int Below), long> ByLevel => _counts;

    /// <summary>The count of an operation at all levels.</summary>
    public long this[EngineOperation operation] => _counts.Where(entry => entry.Key.Operation == operation).Sum(entry => entry.Value);

    /// <summary>Refreshes, by whomever.</summary>
    public long Refreshes => this[EngineOperation.Bootstrap] + this[EngineOperation.FurtherBootstrap] + this[EngineOperation.ClientRefresh];

    /// <summary>The counts of an instruction.</summary>
    /// <exception cref="NotSupportedException">an instruction of an unknown kind</exception>
    public static OperationCounts Of(Instruction instruction, SlotGrid grid)
    {
        var counts = new OperationCounts();
        switch (instruction)
        {
            case Sum sum:
                counts.AddSum(sum);
                break;
            case Products products:
                counts.AddProducts(
                    products.Result.Count, products.Terms.Sum(term => Points(term.Over)),
                    products.Terms.Where(term => Math.Abs(term.Factor) != 1).Sum(term => Points(term.Over)));
                break;
            case SquaredDifferences squares:
                counts.AddProducts(squares.Result.Count, Points(squares.Over), 0);
                counts.Add(EngineOperation.Addition, squares.Result.Count * Points(squares.Over));
                break;
            case Masked masked:
                counts.AddMasked(masked, grid);
                break;
            case Rotate rotate:
                counts.AddRotations(rotate, grid);
                break;
            case RotateAndSum rotate:
                counts.AddSumsOfRotations(rotate, grid);
                break;
            case Fold fold:
                counts.AddFold(fold, grid);
                break;
            case PolynomialOf polynomial when polynomial.Approximation.Degree > 0:
                counts.AddPolynomial(polynomial.Approximation, polynomial.Result.Count);
                break;
            case LinearMap map:
                counts.AddLinearMap(map, grid);
                break;
            case SpreadProducts map:
                counts.Add(EngineOperation.PlainProduct, (long)map.Operand.Count * grid.Blocks);
                counts.Add(EngineOperation.Encoding, (long)map.Operand.Count * grid.Blocks);
                counts.Add(EngineOperation.Rescale, grid.Blocks);
                break;
            case Refresh { Method: RefreshMethod.Bootstrap } refresh:
                var calls = RefreshPairs.Calls(refresh.VectorRanges);
                counts.Add(EngineOperation.Bootstrap, calls.Count);
                counts.Add(EngineOperation.FurtherBootstrap, calls.Sum(call => call.Count - 1));
                break;
            case Refresh refresh:
                counts.Add(EngineOperation.ClientRefresh, refresh.Sources.Sum(source => source.Count));
                break;
            case Lower lower:
                counts.Add(EngineOperation.ScalarProduct, lower.Result.Count);
                counts.Add(EngineOperation.Rescale, lower.Result.Count);
                break;
            case Store store:
                counts.Add(EngineOperation.Store, store.Operand.Count);
                break;
            case Load load:
                counts.Add(EngineOperation.Load, load.Result.Count);
                break;
            case PolynomialOf or Join or Free:
                break;
            default:
                throw new NotSupportedException($"no operations are known of {instruction.GetType().Name}");
        }
        return counts;
    }

    private static long Points(IReadOnlyList<Axis> axes) => axes.Aggregate(1L, (product, axis) => product * axis.Size);

    private void Add(EngineOperation operation, long count, int below = 0)
    {
        if (count > 0)
            _counts[(operation, below)] = _counts.GetValueOrDefault((operation, below)) + count;
    }

    private void AddSum(Sum sum)
    {
        long vectors = sum.Result.Count;
        var summands = sum.Terms.Sum(term => Points(term.Over));
        Add(EngineOperation.Addition, vectors * (summands - 1 + sum.Constants.Count));
        Add(EngineOperation.IntegerProduct, vectors * sum.Terms.Where(term => Math.Abs(term.Factor) != 1).Sum(term => Points(term.Over)));
        Add(EngineOperation.Encoding, DistinctPlaintexts(sum.Constants.Select(mask => (mask, sum.Result.Axes.AsEnumerable()))));
    }

    private void AddProducts(long vectors, long products, long scaled)
    {
        Add(EngineOperation.TensorProduct, vectors * products);
        Add(EngineOperation.IntegerProduct, vectors * scaled);
        Add(EngineOperation.Relinearization, vectors);
        Add(EngineOperation.Rescale, vectors);
    }

    private void AddMasked(Masked masked, SlotGrid grid)
    {
        Add(EngineOperation.Rescale, masked.Result.Count);
        if (MaskProduct.Of(masked, grid) is { } product)
        {
            Add(EngineOperation.PeriodicProduct, masked.Result.Count * product.Vectors);
            return;
        }
        foreach (var term in masked.Terms)
        {
            var operation = term.Mask.IsUniform ? EngineOperation.ScalarProduct : EngineOperation.PlainProduct;
            Add(operation, masked.Result.Count * Points(term.Over));
        }
        Add(EngineOperation.Encoding, DistinctPlaintexts(masked.Terms.Select(term => (term.Mask, masked.Result.Axes.Concat(term.Over)))));
    }

    /// <summary>
    /// Masks with conditions or vectors that are different plaintexts, over those loops that they depend on. A mask of one number in all
    /// slots is no plaintext.
    /// </summary>
    private static long DistinctPlaintexts(IEnumerable<(SlotMask Mask, IEnumerable<Axis> Loops)> masks)
    {
        var plaintexts = new HashSet<(double Factor, string? Scalar, (FrozenVector, int)? Vector, ValueList<DigitRange> Conditions)>();
        foreach (var (mask, loops) in masks.Where(entry => !entry.Mask.IsUniform))
        {
            var indices = mask.Conditions.SelectMany(condition => new[] { condition.Start, condition.Count });
            var used = indices.Append(mask.Vector?.Column ?? 0).SelectMany(index => index.Steps).Select(step => step.Axis.Name).ToHashSet();
            var point = new LoopPoint();
            foreach (var _ in point.Over([.. loops.Where(axis => used.Contains(axis.Name))]))
            {
                (FrozenVector, int)? vector = mask.Vector is { } known ? (known with { Column = 0 }, known.Column.At(point)) : null;
                plaintexts.Add((mask.Factor, mask.Scalar, vector, [.. mask.Conditions.Select(condition =>
                    new DigitRange(condition.Stride, condition.Size, condition.Start.At(point), condition.Count.At(point)))]));
            }
        }
        return plaintexts.Count;
    }

    private void AddRotations(Rotate rotate, SlotGrid grid)
    {
        var rotated = new Dictionary<int, int>();
        var point = new LoopPoint();
        foreach (var _ in point.Over(rotate.Result.Axes))
        {
            var vector = rotate.Operand.At(point);
            if (rotate.Steps.At(point) % grid.SlotCount != 0)
                rotated[vector] = rotated.GetValueOrDefault(vector) + 1;
        }
        Add(EngineOperation.Rotation, rotated.Values.Count(count => count == 1));
        Add(EngineOperation.Decomposition, rotated.Values.Count(count => count > 1));
        Add(EngineOperation.HoistedRotation, rotated.Values.Where(count => count > 1).Sum());
    }

    private void AddSumsOfRotations(RotateAndSum rotate, SlotGrid grid)
    {
        var decomposed = new HashSet<int>();
        var point = new LoopPoint();
        foreach (var _ in point.Over(rotate.Result.Axes))
        {
            var rotations = 0;
            foreach (var __ in point.Over(rotate.Over))
            {
                if (rotate.Steps.At(point) % grid.SlotCount == 0)
                    continue;
                rotations++;
                decomposed.Add(rotate.Operand.At(point));
            }
            Add(EngineOperation.SummedRotation, rotations);
            Add(EngineOperation.Division, rotations > 0 ? 1 : 0);
            Add(EngineOperation.Addition, Points(rotate.Over) - 1);
        }
        Add(EngineOperation.Decomposition, decomposed.Count);
    }

    private void AddFold(Fold fold, SlotGrid grid)
    {
        for (var done = 1; done < fold.Count; done *= 2)
        {
            Add(EngineOperation.Rotation, (long)done * fold.Stride % grid.SlotCount == 0 ? 0 : fold.Result.Count);
            Add(EngineOperation.Addition, fold.Result.Count);
        }
    }

    /// <summary>
    /// By the polynomial's plan: a basis polynomial of index i is a product ceil(log2 i) - 1 levels below the argument; a node is summed
    /// one level above its value, its products' quotients at the level of that sum.
    /// </summary>
    private void AddPolynomial(ChebyshevPolynomial polynomial, long vectors)
    {
        if (polynomial.AffineDepth > 0)
        {
            Add(EngineOperation.ScalarProduct, vectors);
            Add(EngineOperation.Rescale, vectors);
        }
        Add(EngineOperation.Addition, polynomial.ArgumentShift == 0 ? 0 : vectors, polynomial.AffineDepth);
        foreach (var step in polynomial.Plan.Powers)
        {
            var below = polynomial.AffineDepth + BitOperations.Log2((uint)step.Index - 1);
            Add(EngineOperation.TensorProduct, vectors, below);
            Add(EngineOperation.Addition, 2 * vectors, below);
            Add(EngineOperation.Relinearization, vectors, below);
            Add(EngineOperation.Rescale, vectors, below);
        }
        AddNode(polynomial.Plan.Root, vectors, polynomial.Depth - 1);
    }

    private void AddNode(PolynomialNode node, long vectors, int below)
    {
        Add(EngineOperation.TensorProduct, vectors * node.Products.Count, below);
        Add(EngineOperation.ScalarProduct, vectors * node.Terms.Count, below);
        Add(EngineOperation.Addition, node.Constant == Complex.Zero ? 0 : vectors, below);
        Add(EngineOperation.Relinearization, node.Products.Count > 0 ? vectors : 0, below);
        Add(EngineOperation.Rescale, vectors, below);
        foreach (var product in node.Products)
            AddNode(product.Quotient, vectors, below - 1);
    }

    /// <summary>
    /// A block of weights for each pair of vectors and each shift. The shifts, one less than there are blocks, are two rotations of one vector,
    /// each under its mask, summed before a division: of inputs one for each shift, of outputs one for each result.
    /// </summary>
    private void AddLinearMap(LinearMap map, SlotGrid grid)
    {
        long inputs = map.Inputs.Sum(input => input.Count), outputs = map.Outputs.Sum(output => output.Count);
        long shifts = grid.Blocks - 1, shifted = Math.Min(inputs, outputs);
        Add(EngineOperation.PeriodicProduct, inputs * outputs * grid.Blocks);
        Add(EngineOperation.Rescale, outputs);
        if (shifts == 0)
            return;
        Add(EngineOperation.PlainProduct, 2 * shifts * shifted);
        Add(EngineOperation.SummedRotation, 2 * shifts * shifted);
        Add(EngineOperation.Decomposition, map.ShiftsInputs ? inputs : shifts * outputs);
        Add(EngineOperation.Division, map.ShiftsInputs ? shifts * inputs : outputs);
    }
}

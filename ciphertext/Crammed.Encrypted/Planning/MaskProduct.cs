using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>A masked sum that is executed as products with matrices of masks (<see cref="MaskMatrix"/>).</summary>
/// <param name="Sums">results of one sequence of vectors: rows of a matrix</param>
/// <param name="Vectors">vectors of each sum: its columns</param>
/// <param name="Period">slots after which all masks repeat</param>
internal sealed record MaskProduct(long Sums, long Vectors, int Period)
{
    /// <summary>The product, or null if the instruction is none.</summary>
    public static MaskProduct? Of(Masked masked, SlotGrid grid)
    {
        if (masked.Terms.Any(term => term.Mask.Vector is not null))
            return null;
        // Results differ in what they read where a term's index depends on an axis that it is not summed over.
        var reading = masked.Terms.SelectMany(
            term => term.Operand.Indices.SelectMany(index => index.Steps).Select(step => step.Axis).Except(term.Over)).ToHashSet();
        var sums = masked.Result.Axes.Where(axis => !reading.Contains(axis)).Aggregate(1L, (product, axis) => product * axis.Size);
        var vectors = masked.Terms.Sum(term => term.Over.Aggregate(1L, (product, axis) => product * axis.Size));
        var conditions = masked.Terms.SelectMany(term => term.Mask.Conditions);
        var period = EncodedSlots.PeriodOf([.. conditions.Select(condition => condition.Stride * condition.Size)], grid.SlotCount);
        return MaskMatrix.Fits(sums, vectors, period, grid.SlotCount) ? new MaskProduct(sums, vectors, period) : null;
    }
}

using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// What an instruction takes for itself on ciphertexts while it runs, besides its operands and results: an estimate from above, by the
/// batches that its verb works in.
/// </summary>
/// <remarks>The numbers of vectors at a time are <see cref="WorkingSets"/>.</remarks>
public static class InstructionMemory
{
    private const int Threads = 2;

    /// <summary>Bytes of an instruction whose operands stand at a level.</summary>
    public static long BytesOf(Instruction instruction, SlotGrid grid, int level, ICostModel costs)
    {
        var vector = costs.VectorBytes(level);
        return instruction switch
        {
            Join or Free or Store or Load => 0,
            Masked masked when MaskProduct.Of(masked, grid) is { } product => OfMasks(product),
            Sum or Masked or Lower => Threads * 2 * vector,
            Products or SquaredDifferences =>
                Math.Min(WorkingSets.Batch, instruction.Results[0].Count) * (vector + vector / 2 + Of(EngineOperation.Relinearization)),
            Rotate rotate => Math.Min(WorkingSets.Batch, rotate.Result.Count) * Of(EngineOperation.Rotation),
            RotateAndSum rotate => OfSums(rotate.Result.Count),
            Fold fold => Math.Min(WorkingSets.Batch, fold.Result.Count) * (vector + Of(EngineOperation.Rotation)),
            PolynomialOf polynomial => Math.Min(Threads * WorkingSets.PolynomialBatch, polynomial.Result.Count)
                * ((polynomial.Approximation.Plan.Powers.Count + 4) * vector + Of(EngineOperation.Relinearization)),
            LinearMap map => OfMap(map),
            SpreadProducts => Threads * (WorkingSets.Batch / 2 + 3) * vector,
            Refresh { Method: RefreshMethod.Bootstrap } refresh =>
                Math.Min(WorkingSets.BootstrapsAtOnce, (refresh.Sources.Sum(source => source.Count) + 1) / 2) * Of(EngineOperation.Bootstrap),
            Refresh refresh => refresh.Sources.Sum(source => source.Count) * costs.VectorBytes(0),
            _ => throw new NotSupportedException($"no memory is known of {instruction.GetType().Name}"),
        };

        long Of(EngineOperation operation) => costs.WorkingBytes(operation, level);

        // Sums before their rescale and their rows of masks.
        long OfMasks(MaskProduct product)
        {
            var rows = MaskMatrix.RowsAtOnce(product.Vectors, product.Period, vector, grid.SlotCount);
            return Math.Min(rows, product.Sums) * MaskMatrix.RowBytes(product.Vectors, product.Period, vector, grid.SlotCount);
        }

        // Sums before their division, and the digits of what is rotated.
        long OfSums(long sums)
        {
            var rotation = Of(EngineOperation.Rotation);
            return Math.Min(sums * rotation, Math.Max(WorkingSets.SummedBytes, rotation)) + WorkingSets.DecomposedAtOnce * rotation;
        }

        // Sums before their rescale, shifts of some inputs or what is still to be shifted of some results, and weights.
        long OfMap(LinearMap map)
        {
            long inputs = map.Inputs.Sum(input => input.Count), outputs = map.Outputs.Sum(output => output.Count);
            var shifted = Math.Min(Math.Min(inputs, outputs) * grid.Blocks * vector, Math.Max(WorkingSets.ShiftedBytes, grid.Blocks * vector));
            // A weight has two numbers for each block where a polynomial of a vector has two for each slot.
            var weights = shifted * Math.Max(inputs, outputs) * grid.Blocks / (2 * grid.SlotCount);
            return (map.ShiftsInputs ? outputs * vector : 0) + shifted + weights + OfSums(map.ShiftsInputs ? grid.Blocks : outputs);
        }
    }

}

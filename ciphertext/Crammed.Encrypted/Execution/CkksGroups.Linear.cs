using Crammed.Ckks;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>Products with frozen matrices.</summary>
public sealed partial class CkksGroups
{
    public SlotVector[] LinearMap(IReadOnlyList<SlotVector> inputs, LinearMap map, SlotGrid grid, IReadOnlyList<FrozenWeights> matrices)
    {
        var level = _levels.OfCiphertext(LevelRules.BelowCommon(nameof(LinearMap), inputs) + 1);
        var product = new BlockProduct(_evaluator, _encoder, map, grid, matrices, level);
        return [.. product.Of([.. inputs.Select(Read)]).Select(Vector)];
    }

    public SlotVector[] SpreadProducts(IReadOnlyList<SlotVector> inputs, SpreadProducts map, SlotGrid grid, FrozenWeights matrix)
    {
        var level = _levels.OfCiphertext(LevelRules.BelowCommon(nameof(SpreadProducts), inputs) + 1);
        var scale = _levels.Parameters.ScaleAt(level);
        return ForEach(grid.Blocks, shift =>
        {
            var sum = new RunningSum(_evaluator);
            foreach (var part in Enumerable.Range(0, inputs.Count).Chunk(WorkingSets.Batch))
            {
                var terms = part.Select(i => (Operand: Read(inputs[i]), Weights: SpreadWeights.Of(map, grid, matrix, shift, i)))
                    .Where(term => term.Weights is not null).ToArray();
                if (terms.Length == 0)
                    continue;
                Plaintext[] plaintexts = [.. terms.Select(term => _encoder.Encode(term.Weights, level, scale))];
                sum.TakeOver(_evaluator.SumOfPlainProducts([.. terms.Select(term => term.Operand)], plaintexts), 1);
                foreach (var plaintext in plaintexts)
                    plaintext.Dispose();
            }
            if (sum.IsEmpty)
                sum.TakeOver(_evaluator.MultiplyScalar(Read(inputs[0]), 0, scale), 1);
            using var total = sum.Take();
            return _evaluator.Rescale(total);
        });
    }
}

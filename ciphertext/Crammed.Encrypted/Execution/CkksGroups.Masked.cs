using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>Sums of vectors times public slots.</summary>
public sealed partial class CkksGroups
{
    public SlotVector[] SumOfMasked(IReadOnlyList<IReadOnlyList<MaskedVector>> jobs)
    {
        foreach (var job in jobs)
            LevelRules.BelowCommon(nameof(SumOfMasked), job.Select(term => term.Vector));
        var results = new SlotVector[jobs.Count];
        var single = new List<int>();
        foreach (var group in MaskMatrix.Groups(jobs))
        {
            int outputs = group.Length, inputs = jobs[group[0]].Count;
            var period = group.Max(i => jobs[i].Max(term => EncodedSlots.PeriodOf(term.Mask, _levels.Parameters.SlotCount)));
            var isVector = group.Any(i => jobs[i].Any(term => term.Mask.Vector is not null));
            if (!isVector && MaskMatrix.Fits(outputs, inputs, period, _levels.Parameters.SlotCount))
                MultiplyMasks(jobs, group, period, results);
            else
                single.AddRange(group);
        }
        _evaluator.ParallelFor(single.Count, k =>
        {
            using var total = SumUnderMasks(jobs[single[k]]);
            results[single[k]] = Vector(_evaluator.Rescale(total));
        });
        return results;
    }

    /// <summary>Jobs of one sequence of vectors: a matrix of masks times these vectors, some rows at a time.</summary>
    private void MultiplyMasks(
        IReadOnlyList<IReadOnlyList<MaskedVector>> jobs, IReadOnlyList<int> group, int period, SlotVector[] results)
    {
        Ciphertext[] operands = [.. jobs[group[0]].Select(term => Read(term.Vector))];
        var (level, scale) = (operands[0].Level, operands[0].Scale);
        var places = new Dictionary<PublicSlots, int>();
        foreach (var mask in group.SelectMany(i => jobs[i]).Select(term => term.Mask))
            places.TryAdd(mask, places.Count);
        double[][] slots = [.. places.Keys.Select(mask => mask.Slots(period))];
        using var masks = _encoder.EncodePeriodicMatrix(1, slots.Length, period, (_, i) => slots[i], level, scale, _evaluator.ParallelFor);
        foreach (var part in group.Chunk(MaskMatrix.RowsAtOnce(operands.Length, period, operands[0].Bytes, _levels.Parameters.SlotCount)))
        {
            using var matrix = masks.Gather(part.Length, operands.Length, (row, i) => places[jobs[part[row]][i].Mask]);
            var sums = _evaluator.SumsOfPeriodicProducts(operands, matrix);
            _evaluator.ParallelFor(part.Length, row =>
            {
                using var sum = sums[row]!;
                results[part[row]] = Vector(_evaluator.Rescale(sum));
            });
        }
    }

    /// <summary>
    /// A sum of products that is not yet rescaled. Vectors under one mask are added up before they are multiplied; one number in all slots
    /// needs no encoding, and products with encodings are one sum of them.
    /// </summary>
    private Ciphertext SumUnderMasks(IReadOnlyList<MaskedVector> terms)
    {
        var sum = new RunningSum(_evaluator);
        foreach (var part in terms.GroupBy(term => term.Mask, term => term.Vector).Chunk(WorkingSets.Batch))
        {
            var encoded = new List<(Ciphertext Operand, EncodedSlots.Lease Encoding)>();
            var added = new List<Ciphertext>();
            foreach (var vectors in part)
            {
                var operand = SumOf([.. vectors.Select(Read)], added);
                if (vectors.Key.IsUniform)
                    sum.TakeOver(_evaluator.MultiplyScalar(operand, vectors.Key.Value, _levels.Parameters.ScaleAt(operand.Level)), 1);
                else
                    encoded.Add((operand, _encodings.Rent(vectors.Key, operand.Level)));
            }
            if (encoded.Count > 0)
            {
                sum.TakeOver(
                    _evaluator.SumOfPlainProducts(
                        [.. encoded.Select(term => term.Operand)], [.. encoded.Select(term => term.Encoding.Plaintext)]),
                    1);
            }
            foreach (var ciphertext in added)
                ciphertext.Dispose();
            foreach (var (_, encoding) in encoded)
                encoding.Dispose();
        }
        return sum.Take();
    }

    /// <summary>The sum of ciphertexts; one that had to be made is noted, one ciphertext is its own sum.</summary>
    private Ciphertext SumOf(Ciphertext[] ciphertexts, List<Ciphertext> made)
    {
        if (ciphertexts.Length == 1)
            return ciphertexts[0];
        var sum = new RunningSum(_evaluator);
        foreach (var ciphertext in ciphertexts)
            sum.Add(ciphertext, 1);
        made.Add(sum.Take());
        return made[^1];
    }
}

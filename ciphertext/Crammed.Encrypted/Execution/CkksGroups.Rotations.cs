using Crammed.Ckks;

namespace Crammed.Encrypted.Execution;

/// <summary>Rotations: those of one vector share its decomposition, those of many vectors by the same steps share the key.</summary>
public sealed partial class CkksGroups
{
    public SlotVector[] Rotate(IReadOnlyList<Rotation> jobs)
    {
        var results = new SlotVector[jobs.Count];
        RotateAll(
            [.. jobs.Select((job, i) => (job, i))], (i, rotated) => results[i] = Vector(rotated),
            i => results[i] = jobs[i].Vector.Share());
        return results;
    }

    public SlotVector[] SumOfRotations(IReadOnlyList<IReadOnlyList<Rotation>> jobs)
    {
        var results = new SlotVector[jobs.Count];
        int[] levels = [.. jobs.Select(job => job.Min(term => term.Vector.Level))];
        foreach (var group in Enumerable.Range(0, jobs.Count).GroupBy(i => levels[i]))
        {
            // Sums that are made together decompose what they share once.
            var limbs = _levels.OfCiphertext(group.Key) + 1 + _levels.Parameters.SpecialModuli.Count;
            var sumBytes = 2L * limbs * _levels.Parameters.N * sizeof(double);
            foreach (var part in group.Chunk((int)Math.Max(1, WorkingSets.SummedBytes / sumBytes)))
            {
                var sums = SumRotations([.. part.Select(i => jobs[i])], group.Key);
                for (var k = 0; k < part.Length; k++)
                    results[part[k]] = Vector(sums[k]);
            }
        }
        return results;
    }

    public SlotVector[] Fold(IReadOnlyList<SlotVector> vectors, int stride, int count)
    {
        var results = new SlotVector[vectors.Count];
        foreach (var batch in Batches(Enumerable.Range(0, vectors.Count), i => vectors[i].Level))
        {
            Ciphertext[] sums = [.. batch.Select(i => Read(vectors[i]).Clone())];
            for (var done = 1; done < count; done *= 2)
            {
                var rotated = _evaluator.RotateBatch(sums, stride * done % _levels.Parameters.SlotCount);
                _evaluator.ParallelFor(sums.Length, i =>
                {
                    _evaluator.AddInPlace(sums[i], rotated[i]);
                    rotated[i].Dispose();
                });
            }
            for (var i = 0; i < sums.Length; i++)
                results[batch[i]] = Vector(sums[i]);
        }
        return results;
    }

    /// <summary>
    /// Sums of rotations at one level: those that move before one division by P, and what is not moved added afterwards.
    /// </summary>
    private Ciphertext[] SumRotations(IReadOnlyList<Rotation>[] jobs, int level)
    {
        var lowered = jobs.SelectMany(job => job).Select(term => term.Vector).Distinct()
            .ToDictionary(vector => vector, vector => AtLevel(vector, level));
        int[] moving = [.. Enumerable.Range(0, jobs.Length).Where(i => jobs[i].Any(term => Steps(term) != 0))];
        var rotated = moving.Length == 0
            ? []
            : _evaluator.SumsOfRotations(
                [.. moving.Select(i => jobs[i].Where(term => Steps(term) != 0)
                    .Select(term => new RotationTerm(Read(lowered[term.Vector]), Steps(term))).ToArray())]);
        var sums = jobs.Select(_ => new RunningSum(_evaluator)).ToArray();
        for (var k = 0; k < moving.Length; k++)
            sums[moving[k]].TakeOver(rotated[k], 1);
        _evaluator.ParallelFor(jobs.Length, i =>
        {
            foreach (var term in jobs[i].Where(term => Steps(term) == 0))
                sums[i].Add(Read(lowered[term.Vector]), 1);
        });
        foreach (var operand in lowered.Values)
            operand.Dispose();
        return [.. sums.Select(sum => sum.Take())];
    }

    /// <summary>Makes every rotation by steps other than zero and hands it over; a rotation by zero is only announced.</summary>
    /// <param name="rotations">with the place that each is for</param>
    /// <param name="take">takes a rotated ciphertext over</param>
    /// <param name="takeUnrotated">told of a place whose vector is not moved</param>
    private void RotateAll(
        IReadOnlyList<(Rotation Rotation, int Place)> rotations, Action<int, Ciphertext> take, Action<int> takeUnrotated)
    {
        var single = new List<(Rotation Rotation, int Place)>();
        foreach (var group in rotations.GroupBy(item => item.Rotation.Vector))
        {
            var moving = group.Where(item => Steps(item.Rotation) != 0).ToArray();
            foreach (var (_, place) in group.Where(item => Steps(item.Rotation) == 0))
                takeUnrotated(place);
            if (moving.Length == 1)
            {
                single.Add(moving[0]);
                continue;
            }
            foreach (var part in moving.Chunk(WorkingSets.HoistedAtOnce))
                Hand(part, _evaluator.RotateMany(Read(group.Key), [.. part.Select(item => Steps(item.Rotation))]), take);
        }
        foreach (var batch in Batches(single, item => (Steps(item.Rotation), item.Rotation.Vector.Level)))
            Hand(batch, _evaluator.RotateBatch([.. batch.Select(item => Read(item.Rotation.Vector))], Steps(batch[0].Rotation)), take);
    }

    private static void Hand((Rotation Rotation, int Place)[] items, Ciphertext[] rotated, Action<int, Ciphertext> take)
    {
        for (var i = 0; i < items.Length; i++)
            take(items[i].Place, rotated[i]);
    }

    private int Steps(Rotation rotation) => rotation.Steps & (_levels.Parameters.SlotCount - 1);

    /// <summary>Items of equal keys, so many at a time.</summary>
    private static IEnumerable<T[]> Batches<T, TKey>(IEnumerable<T> items, Func<T, TKey> key, int size = WorkingSets.Batch) =>
        items.GroupBy(key).SelectMany(group => group.Chunk(size));
}

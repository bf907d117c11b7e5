using Crammed.Ckks;
using Crammed.Encrypted.Backends;

namespace Crammed.Encrypted.Execution;

/// <summary>Rotations: those of one vector share its decomposition, those of many vectors by the same steps share the key.</summary>
public sealed partial class CkksGroups
{
    /// <summary>Rotations of one vector that are held at a time.</summary>
    private const int HoistedAtOnce = 32;

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
        var sums = jobs.Select(_ => new RunningSum(_evaluator)).ToArray();
        var lowered = new List<SlotVector>();
        var terms = new List<(Rotation Rotation, int Place)>();
        var jobOf = new List<int>();
        for (var i = 0; i < jobs.Count; i++)
        {
            var level = jobs[i].Min(term => term.Vector.Level);
            foreach (var term in jobs[i])
            {
                var operand = AtLevel(term.Vector, level);
                lowered.Add(operand);
                terms.Add((term with { Vector = operand }, terms.Count));
                jobOf.Add(i);
            }
        }
        RotateAll(
            terms, (place, rotated) => sums[jobOf[place]].TakeOver(rotated, 1),
            place => sums[jobOf[place]].Add(Read(terms[place].Rotation.Vector), 1));
        foreach (var operand in lowered)
            operand.Dispose();
        return [.. sums.Select(sum => Vector(sum.Take()))];
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
            foreach (var part in moving.Chunk(HoistedAtOnce))
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
    private static IEnumerable<T[]> Batches<T, TKey>(IEnumerable<T> items, Func<T, TKey> key, int size = BatchSize) =>
        items.GroupBy(key).SelectMany(group => group.Chunk(size));
}

using System.Numerics;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Which lone vectors share a bootstrap, for the fewest bootstraps. Two may if neither is computed from the other; all pairs together have
/// to leave an order in which the program can run. That is scheduling unit jobs under a precedence on two processors in the least time: a
/// time slot is a bootstrap. Coffman and Graham's labels solve it ("Optimal scheduling for two-processor systems", Acta Informatica 1,
/// 1972); the least number is also the number of vectors less a maximum matching of those that are independent (Fujii, Kasami, Ninomiya,
/// 1969).
/// </summary>
internal static class RefreshPairing
{
    /// <summary>Time slots of one or two vectors each, in an order in which they can run.</summary>
    /// <param name="vectors">values of which one vector is left to pair</param>
    /// <param name="dependencies">of the program</param>
    public static List<(int First, int? Second)> Slots(IReadOnlyList<int> vectors, ProgramDependencies dependencies)
    {
        var count = vectors.Count;
        var after = Followers(vectors, dependencies);
        var priorities = Labels(ImmediateFollowers(after), count);
        var waitingFor = new int[count];
        foreach (var followers in after)
            ForEach(followers, follower => waitingFor[follower]++);
        var byPriority = Enumerable.Range(0, count).OrderByDescending(i => priorities[i]).ToList();
        var slots = new List<(int, int?)>();
        while (byPriority.Count > 0)
        {
            var ready = byPriority.Where(i => waitingFor[i] == 0).Take(2).ToArray();
            slots.Add((vectors[ready[0]], ready.Length > 1 ? vectors[ready[1]] : null));
            foreach (var done in ready)
            {
                byPriority.Remove(done);
                ForEach(after[done], follower => waitingFor[follower]--);
            }
        }
        return slots;
    }

    /// <summary>For each vector, as bits, those that are computed from it.</summary>
    private static ulong[][] Followers(IReadOnlyList<int> vectors, ProgramDependencies dependencies)
    {
        var after = new ulong[vectors.Count][];
        for (var i = 0; i < after.Length; i++)
        {
            after[i] = new ulong[after.Length + 63 >> 6];
            for (var j = 0; j < after.Length; j++)
            {
                if (dependencies.DependsOn(vectors[j], vectors[i]))
                    after[i][j >> 6] |= 1UL << (j & 63);
            }
        }
        return after;
    }

    /// <summary>Without those that come after another follower; the labels need this.</summary>
    private static ulong[][] ImmediateFollowers(ulong[][] after)
    {
        var immediate = after.Select(row => (ulong[])row.Clone()).ToArray();
        for (var i = 0; i < after.Length; i++)
        {
            var row = immediate[i];
            ForEach(after[i], follower =>
            {
                for (var word = 0; word < row.Length; word++)
                    row[word] &= ~after[follower][word];
            });
        }
        return immediate;
    }

    /// <summary>
    /// Labels 1 to n: next comes, of those whose followers all have one, the vector whose followers' labels, in decreasing order, are the
    /// least lexicographically.
    /// </summary>
    private static int[] Labels(ulong[][] immediate, int count)
    {
        var labels = new int[count];
        for (var label = 1; label <= count; label++)
        {
            var (best, least) = (-1, (List<int>?)null);
            for (var i = 0; i < count; i++)
            {
                if (labels[i] != 0 || FollowersLabels(immediate[i], labels) is not { } candidate)
                    continue;
                if (least is null || Compare(candidate, least) < 0)
                    (best, least) = (i, candidate);
            }
            labels[best] = label;
        }
        return labels;
    }

    private static List<int>? FollowersLabels(ulong[] followers, int[] labels)
    {
        var list = new List<int>();
        ForEach(followers, follower => list.Add(labels[follower]));
        list.Sort();
        list.Reverse();
        return list.Count > 0 && list[^1] == 0 ? null : list;
    }

    private static int Compare(List<int> left, List<int> right)
    {
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (left[i] != right[i])
                return left[i].CompareTo(right[i]);
        }
        return left.Count.CompareTo(right.Count);
    }

    private static void ForEach(ulong[] bits, Action<int> action)
    {
        for (var word = 0; word < bits.Length; word++)
        {
            for (var rest = bits[word]; rest != 0; rest &= rest - 1)
                action(word * 64 + BitOperations.TrailingZeroCount(rest));
        }
    }
}

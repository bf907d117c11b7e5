using Crammed.Encrypted.Execution;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Exchanges partners among vectors that share bootstraps, so that those of near ranges do: of a pair the vector of the smaller range is
/// lifted to the larger one, noise included, and ranges too far apart do not share a bootstrap at all (<see cref="RefreshPairs"/>). The
/// number of pairs stays, and so does that there is an order in which the program can run.
/// </summary>
/// <param name="log2Range">of each value</param>
/// <param name="dependencies">of the program</param>
internal sealed class NearRangePairing(Func<int, double> log2Range, ProgramDependencies dependencies)
{
    /// <summary>A pair that is too far apart is a bootstrap more: worse than any lifts.</summary>
    private const double TooFar = 1000;

    private static readonly double LargestLift = Math.Log2(RefreshPairs.LargestLift);

    /// <summary>Exchanges as long as one helps.</summary>
    public IReadOnlyList<(int First, int? Second)> Improve(IReadOnlyList<(int First, int? Second)> slots)
    {
        var pairs = slots.ToArray();
        for (var improved = true; improved;)
        {
            improved = false;
            for (var i = 0; i < pairs.Length; i++)
            {
                for (var j = i + 1; j < pairs.Length; j++)
                    improved |= Exchange(pairs, i, j);
            }
        }
        return pairs;
    }

    private bool Exchange((int First, int? Second)[] pairs, int i, int j)
    {
        var (one, other) = (pairs[i], pairs[j]);
        foreach (var (left, right) in Exchanged(one, other))
        {
            if (Cost(left) + Cost(right) >= Cost(one) + Cost(other) || !IsIndependent(left) || !IsIndependent(right))
                continue;
            (pairs[i], pairs[j]) = (left, right);
            if (HasOrder(pairs))
                return true;
            (pairs[i], pairs[j]) = (one, other);
        }
        return false;
    }

    /// <summary>The other ways to pair the members of two pairs, or those of a pair and a vector alone.</summary>
    private static IEnumerable<((int First, int? Second) Left, (int First, int? Second) Right)> Exchanged(
        (int First, int? Second) one, (int First, int? Second) other)
    {
        if (one.Second is { } a && other.Second is { } b)
        {
            yield return ((one.First, b), (other.First, a));
            yield return ((one.First, other.First), (a, b));
        }
        else if (one.Second is { } partner)
        {
            yield return ((one.First, other.First), (partner, null));
            yield return ((other.First, partner), (one.First, null));
        }
        else if (other.Second is { } second)
        {
            yield return ((other.First, one.First), (second, null));
            yield return ((one.First, second), (other.First, null));
        }
    }

    private double Cost((int First, int? Second) pair)
    {
        if (pair.Second is not { } second)
            return 0;
        var lift = Math.Abs(log2Range(pair.First) - log2Range(second));
        return lift > LargestLift ? TooFar + lift : lift;
    }

    private bool IsIndependent((int First, int? Second) pair) =>
        pair.Second is not { } second || (!dependencies.DependsOn(pair.First, second) && !dependencies.DependsOn(second, pair.First));

    /// <summary>Whether no pair waits for itself: pairs are taken away whose members depend on none that is left.</summary>
    private bool HasOrder((int First, int? Second)[] pairs)
    {
        var left = pairs.ToList();
        while (left.Count > 0)
        {
            var ready = left.RemoveAll(pair => !left.Any(before => before != pair && DependsOn(pair, before)));
            if (ready == 0)
                return false;
        }
        return true;
    }

    private bool DependsOn((int First, int? Second) pair, (int First, int? Second) before) =>
        Members(pair).Any(value => Members(before).Any(other => dependencies.DependsOn(value, other)));

    private static IEnumerable<int> Members((int First, int? Second) pair) => pair.Second is { } second ? [pair.First, second] : [pair.First];
}

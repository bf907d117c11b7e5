using Crammed.Ckks;
using Crammed.Encrypted.Execution;

namespace Crammed.Encrypted.Planning;

/// <summary>What keys of a planned program take, in memory and in time, by what is kept of them.</summary>
internal sealed class KeyCosts
{
    private readonly ParameterCosts _costs;
    private readonly KeyUse[] _uses;
    private readonly Dictionary<(EvaluationKeyKind, int), int> _levels = [];

    /// <param name="costs">of the parameters</param>
    /// <param name="keys">of the program</param>
    /// <param name="uses">of them, in their order</param>
    public KeyCosts(ParameterCosts costs, ProgramKeys keys, IEnumerable<KeyUse> uses)
    {
        (_costs, _uses) = (costs, [.. uses]);
        foreach (var (steps, level) in keys.Rotations)
            _levels.Add((EvaluationKeyKind.Rotation, steps), level);
        if (keys.RelinearizationLevel is { } relinearization)
            _levels.Add((EvaluationKeyKind.Relinearization, 0), relinearization);
        if (keys.ConjugationLevel is { } conjugation)
            _levels.Add((EvaluationKeyKind.Conjugation, 0), conjugation);
        if (!keys.Encapsulation)
            return;
        // Together they have one digit of all limbs: as a key whose digits are that many fewer.
        _levels.Add((EvaluationKeyKind.EphemeralToDense, 0), costs.TopLevel);
    }

    /// <summary>Bytes of all keys, some of them with both halves.</summary>
    public long Bytes(UniformHalf uniform, IEnumerable<EvaluationKeyId>? whole = null) =>
        _levels.Keys.Sum(key => BytesOf(key, uniform)) + (whole ?? []).Sum(key => BytesOf((key.Kind, key.Steps), UniformHalf.Expanded));

    /// <summary>The least budget that makes sense: the largest keys of a hoisted transform together.</summary>
    public long LargestBytes(UniformHalf uniform, int keysAtOnce) =>
        _levels.Keys.Select(key => BytesOf(key, uniform)).OrderDescending().Take(keysAtOnce).Sum();

    /// <summary>Milliseconds of expanding uniform halves at every pass, but for keys that are held whole.</summary>
    public double ExpansionMilliseconds(IReadOnlyList<EvaluationKeyId> whole)
    {
        var held = whole.ToHashSet();
        return Expansions().Where(expansion => !held.Contains(expansion.Key)).Sum(expansion => expansion.Value);
    }

    /// <summary>Keys to hold whole within so many bytes of uniform halves: those that save the most time for their size.</summary>
    public IReadOnlyList<EvaluationKeyId> Whole(long uniformBytes)
    {
        var chosen = new List<EvaluationKeyId>();
        foreach (var (key, _) in Expansions().OrderByDescending(
            expansion => expansion.Value / BytesOf((expansion.Key.Kind, expansion.Key.Steps), UniformHalf.Expanded)).ThenBy(expansion => expansion.Key))
        {
            var bytes = BytesOf((key.Kind, key.Steps), UniformHalf.Expanded);
            if (bytes > uniformBytes)
                continue;
            uniformBytes -= bytes;
            chosen.Add(key);
        }
        return chosen;
    }

    /// <summary>
    /// Milliseconds of a step for reading keys again that a budget dropped, those not used for longest: of one step after another, which
    /// begins with the keys that the one before left.
    /// </summary>
    public double ReloadMilliseconds(long budget, UniformHalf uniform)
    {
        var recent = new LinkedList<(EvaluationKeyKind, int)>();
        var nodes = new Dictionary<(EvaluationKeyKind, int), LinkedListNode<(EvaluationKeyKind, int)>>();
        var (loaded, milliseconds) = (0L, 0.0);
        foreach (var (isSecond, use) in new[] { false, true }.SelectMany(isSecond => _uses.Select(use => (isSecond, use))))
        {
            var key = (use.Kind, use.Steps);
            if (!_levels.ContainsKey(key))
                continue;
            if (nodes.TryGetValue(key, out var node))
            {
                recent.Remove(node);
                recent.AddLast(node);
                continue;
            }
            loaded += BytesOf(key, uniform);
            while (loaded > budget && recent.First is { } oldest)
            {
                loaded -= BytesOf(oldest.Value, uniform);
                nodes.Remove(oldest.Value);
                recent.RemoveFirst();
            }
            nodes.Add(key, recent.AddLast(key));
            if (isSecond)
                milliseconds += Scaled(key, _levels[key], EngineOperation.KeyLoad);
        }
        return milliseconds;
    }

    /// <summary>Milliseconds of a step for the expansions of each key.</summary>
    private Dictionary<EvaluationKeyId, double> Expansions() => _uses.GroupBy(use => use)
        .Select(group => (Key: new EvaluationKeyId(group.Key.Kind, group.Key.Steps), Milliseconds: group.Count()
            * Scaled((group.Key.Kind, group.Key.Steps), group.Key.Level, EngineOperation.KeyExpansion)))
        .Where(use => use.Milliseconds > 0)
        .GroupBy(use => use.Key, use => use.Milliseconds).ToDictionary(group => group.Key, group => group.Sum());

    private long BytesOf((EvaluationKeyKind Kind, int Steps) key, UniformHalf uniform) =>
        (key.Kind == EvaluationKeyKind.EphemeralToDense ? _costs.EncapsulationKeyBytes : _costs.KeyBytesOf(_levels[key] + 1))
        / (uniform == UniformHalf.Held ? 1 : 2);

    private double Scaled((EvaluationKeyKind Kind, int Steps) key, int level, EngineOperation operation)
    {
        if (!_levels.ContainsKey(key))
            return 0;
        var milliseconds = _costs.MillisecondsOfLimbs(operation, level + 1);
        return key.Kind == EvaluationKeyKind.EphemeralToDense
            ? milliseconds * _costs.EncapsulationKeyBytes / _costs.KeyBytesOf(level + 1)
            : milliseconds;
    }
}

namespace Crammed.Encrypted.Planning;

/// <summary>The state of a search: the best set that is known, and the one that is worked on.</summary>
internal sealed class LocalSearch
{
    private readonly RefreshProblem _problem;
    private readonly LevelScheduler _scheduler;
    private readonly int _limit;
    private readonly int[] _candidates;
    private readonly int[][] _neighbours;
    private bool[] _best = [];
    private double _bestMilliseconds = double.PositiveInfinity;
    private bool[] _current = [];
    private double _milliseconds;

    public LocalSearch(RefreshProblem problem, int limit)
    {
        _problem = problem;
        _scheduler = new LevelScheduler(problem);
        _limit = limit;
        _candidates = [.. Enumerable.Range(0, problem.Dependencies.Values.Count).Where(problem.WorthRefreshing)];
        _neighbours = [.. Enumerable.Range(0, problem.Dependencies.Values.Count).Select(Neighbours)];
    }

    public int Restarts { get; private set; }

    public int Evaluations => _scheduler.EvaluationCount;

    /// <summary>Whether all evaluations are used up, or there is nothing to choose from.</summary>
    public bool IsOver => Evaluations >= _limit || _candidates.Length == 0;

    public LevelSchedule BestSchedule() => _scheduler.Schedule(_best);

    /// <summary>Searches from a set of values and what it lacks.</summary>
    public void Start(IReadOnlyList<int> refreshed)
    {
        _current = new bool[_problem.Dependencies.Values.Count];
        foreach (var value in refreshed)
            _current[value] = true;
        Descend(Repaired(_current));
    }

    /// <summary>Searches from the best set with some values exchanged at random.</summary>
    public void Restart(Random random)
    {
        Restarts++;
        _current = (bool[])_best.Clone();
        for (var i = 1 + random.Next(4); i > 0; i--)
        {
            var value = _candidates[random.Next(_candidates.Length)];
            _current[value] = !_current[value];
        }
        var refreshed = Enumerable.Range(0, _current.Length).Where(value => _current[value]).ToArray();
        if (refreshed.Length > 0)
            _current[refreshed[random.Next(refreshed.Length)]] = false;
        Descend(Repaired(_current));
    }

    /// <summary>Steps to cheaper sets until there is none.</summary>
    private void Descend((bool[] Refreshed, double Milliseconds) start)
    {
        (_current, _milliseconds) = start;
        while (Evaluations < _limit && (TryEach(Removed) || TryEach(Moved) || TryEach(Added) || TryEach(Exchanged)))
        {
        }
        if (_milliseconds < _bestMilliseconds)
            (_best, _bestMilliseconds) = (_current, _milliseconds);
    }

    private bool TryEach(Func<IEnumerable<bool[]>> steps)
    {
        foreach (var step in steps())
        {
            var (refreshed, milliseconds) = Repaired(step);
            if (milliseconds < _milliseconds)
            {
                (_current, _milliseconds) = (refreshed, milliseconds);
                return true;
            }
            if (Evaluations >= _limit)
                break;
        }
        return false;
    }

    private IEnumerable<bool[]> Removed() => Refreshed().Select(value => With([value], []));

    private IEnumerable<bool[]> Added() => _candidates.Where(value => !_current[value]).Select(value => With([], [value]));

    /// <summary>A value for all that is next to it: what it is made from, or what is made from it.</summary>
    private IEnumerable<bool[]> Moved()
    {
        foreach (var value in Refreshed())
        {
            foreach (var neighbour in _neighbours[value].Where(neighbour => !_current[neighbour]))
                yield return With([value], [neighbour]);
            var before = _problem.Dependencies.Producer(value);
            if (before >= 0)
                yield return With([value], _problem.Dependencies.Operands(before).ToArray());
            var readers = _problem.Dependencies.Consumers(value).ToArray();
            yield return With([value], [.. readers.SelectMany(reader => _problem.Dependencies.Results(reader).ToArray())]);
        }
    }

    /// <summary>
    /// Two steps at once: a value for any other that is not next to it; not where that would take most of what is left to try.
    /// </summary>
    private IEnumerable<bool[]> Exchanged()
    {
        var refreshed = Refreshed();
        return (long)refreshed.Length * refreshed.Length * _candidates.Length > (_limit - Evaluations) / 4
            ? []
            : from value in refreshed
              from other in _candidates
              where !_current[other] && !_neighbours[value].Contains(other)
              select With([value], [other]);
    }

    private int[] Refreshed() => [.. Enumerable.Range(0, _current.Length).Where(value => _current[value])];

    private bool[] With(int[] removed, int[] added)
    {
        var refreshed = (bool[])_current.Clone();
        foreach (var value in removed)
            refreshed[value] = false;
        foreach (var value in added.Where(_problem.WorthRefreshing))
            refreshed[value] = true;
        return refreshed;
    }

    /// <summary>
    /// With what it lacks, found from either end, without what it does not need; the cheaper one.
    /// </summary>
    private (bool[] Refreshed, double Milliseconds) Repaired(bool[] refreshed)
    {
        if (double.IsFinite(_scheduler.Milliseconds(refreshed, limit: 0)))
            return Pruned(refreshed);
        var forward = (bool[])refreshed.Clone();
        EagerPlacement.RefreshLacking(_problem, forward);
        _scheduler.RefreshLackingBackward(refreshed);
        var (first, second) = (Pruned(refreshed), Pruned(forward));
        return second.Milliseconds < first.Milliseconds ? second : first;
    }

    /// <summary>Without values whose refresh does not pay, the dearest first.</summary>
    private (bool[] Refreshed, double Milliseconds) Pruned(bool[] refreshed)
    {
        var milliseconds = _scheduler.Milliseconds(refreshed);
        var values = Enumerable.Range(0, refreshed.Length).Where(value => refreshed[value]);
        foreach (var value in values.OrderByDescending(value => _problem.Dependencies.Values[value].Count).ToArray())
        {
            refreshed[value] = false;
            var without = _scheduler.Milliseconds(refreshed, milliseconds);
            if (without < milliseconds)
                milliseconds = without;
            else
                refreshed[value] = true;
        }
        return (refreshed, milliseconds);
    }

    /// <summary>Values that a value is made from, and that are made from it.</summary>
    private int[] Neighbours(int value)
    {
        var dependencies = _problem.Dependencies;
        var neighbours = new HashSet<int>();
        if (dependencies.Producer(value) is >= 0 and var producer)
            neighbours.UnionWith(dependencies.Operands(producer).ToArray());
        foreach (var reader in dependencies.Consumers(value))
            neighbours.UnionWith(dependencies.Results(reader).ToArray());
        return [.. neighbours.Where(_problem.WorthRefreshing)];
    }
}

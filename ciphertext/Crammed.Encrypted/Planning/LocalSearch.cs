namespace Crammed.Encrypted.Planning;

/// <summary>The state of a local search: the best set of refreshed values that is known, and the one that is worked on.</summary>
internal sealed class LocalSearch
{
    /// <summary>So often in a row a stretch is made anew for nothing before single steps are tried.</summary>
    private const int FailuresBeforeDescent = 300;

    private readonly RefreshProblem _problem;
    private readonly LevelScheduler _scheduler;
    private readonly int _limit;
    private readonly int[] _candidates;
    private readonly int[][] _neighbours;

    /// <summary>Of each value the refreshes that it takes; a lone vector may share one.</summary>
    private readonly double[] _weights;

    private bool[] _best = [];
    private double _bestMilliseconds = double.PositiveInfinity;
    private bool[] _current = [];
    private double _milliseconds;
    private int _failures;

    public LocalSearch(RefreshProblem problem, int limit)
    {
        _problem = problem;
        _scheduler = new LevelScheduler(problem);
        _limit = limit;
        var values = Enumerable.Range(0, problem.Dependencies.Values.Count).ToArray();
        _candidates = [.. values.Where(problem.WorthRefreshing)];
        _neighbours = [.. values.Select(Neighbours)];
        _weights = [.. values.Select(Weight)];
    }

    /// <summary>Times that a part of the set was made anew.</summary>
    public int Restarts { get; private set; }

    public int Evaluations => _scheduler.EvaluationCount;

    /// <summary>Whether all evaluations are used up, or there is nothing to choose from.</summary>
    public bool IsOver => Evaluations >= _limit || _candidates.Length == 0;

    public LevelSchedule BestSchedule() => _scheduler.Schedule(_best);

    /// <summary>Searches from a set of values and what it lacks.</summary>
    public void Start(IReadOnlyList<int> refreshed)
    {
        var start = new bool[_weights.Length];
        foreach (var value in refreshed)
            start[value] = true;
        Descend(Repaired(start));
    }

    /// <summary>
    /// Forgets the refreshes of a stretch of the program, or some anywhere, adds a few at random, and repairs the rest under weights that
    /// are changed at random. After many that were not cheaper the best set is searched from by single steps.
    /// </summary>
    public void Restart(Random random)
    {
        Restarts++;
        var refreshed = (bool[])_best.Clone();
        var length = 1 + random.Next(Math.Max(1, refreshed.Length / (1 + random.Next(8))));
        var first = random.Next(refreshed.Length);
        var share = random.Next(2) == 0 ? 1 : random.NextDouble();
        for (var value = first; value < Math.Min(refreshed.Length, first + length); value++)
            refreshed[value] &= random.NextDouble() > share;
        for (var i = random.Next(3); i > 0; i--)
            refreshed[_candidates[random.Next(_candidates.Length)]] = true;
        var spread = 2 * random.NextDouble();
        var weights = _weights.Select(weight => weight * Math.Exp(spread * (random.NextDouble() - 0.5))).ToArray();
        _scheduler.RefreshLacking(refreshed, weights, gain: random.Next(3) * 0.5);
        var remade = Pruned(refreshed);
        _failures++;
        if (remade.Milliseconds < _bestMilliseconds)
            (_best, _bestMilliseconds, _failures) = (remade.Refreshed, remade.Milliseconds, 0);
        if (_failures > FailuresBeforeDescent)
        {
            _failures = 0;
            Descend(((bool[])_best.Clone(), _bestMilliseconds));
        }
    }

    /// <summary>Steps to cheaper sets until there is none.</summary>
    private void Descend((bool[] Refreshed, double Milliseconds) start)
    {
        (_current, _milliseconds) = start;
        var until = Math.Min(_limit, Evaluations + _limit / 16);
        while (Evaluations < until && (TryEach(Removed, until) || TryEach(Moved, until) || TryEach(Added, until)))
        {
        }
        if (_milliseconds < _bestMilliseconds)
            (_best, _bestMilliseconds) = (_current, _milliseconds);
    }

    private bool TryEach(Func<IEnumerable<bool[]>> steps, int until)
    {
        foreach (var step in steps())
        {
            var (refreshed, milliseconds) = Repaired(step);
            if (milliseconds < _milliseconds)
            {
                (_current, _milliseconds) = (refreshed, milliseconds);
                return true;
            }
            if (Evaluations >= until)
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

    /// <summary>With what it lacks, found from either end, without what it does not need; the cheapest one.</summary>
    private (bool[] Refreshed, double Milliseconds) Repaired(bool[] refreshed)
    {
        if (double.IsFinite(_scheduler.Milliseconds(refreshed, limit: 0)))
            return Pruned(refreshed);
        var forward = (bool[])refreshed.Clone();
        EagerPlacement.RefreshLacking(_problem, forward);
        var cheap = (bool[])refreshed.Clone();
        _scheduler.RefreshLacking(cheap, _weights, gain: 0);
        _scheduler.RefreshLacking(refreshed, _weights, gain: 1);
        return new[] { Pruned(refreshed), Pruned(cheap), Pruned(forward) }.MinBy(repaired => repaired.Item2);
    }

    /// <summary>Without values whose refresh does not pay, the dearest first.</summary>
    private (bool[] Refreshed, double Milliseconds) Pruned(bool[] refreshed)
    {
        var milliseconds = _scheduler.Milliseconds(refreshed);
        var values = Enumerable.Range(0, refreshed.Length).Where(value => refreshed[value]);
        foreach (var value in values.OrderByDescending(value => _weights[value]).ToArray())
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

    private double Weight(int value)
    {
        var (whole, leavesOne) = _problem.Refreshes(value);
        return leavesOne ? whole + 0.6 : whole;
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

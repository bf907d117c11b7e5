using Crammed.Encrypted.Planning;
using Google.OrTools.Sat;

namespace Crammed.Planning;

/// <summary>
/// Placement as a program in binaries. For each value worth it: whether it is refreshed. For each instruction and level above its depth:
/// whether it runs there or above, so that a cost of any shape over the levels is linear. A value that is read at a level and is not
/// refreshed is made as high: a clause for each level. Bootstraps are those of the refreshed values by themselves, less one for each pair
/// of lone vectors that share one; pairs of independent vectors are matched freely, which is exact (Fujii, Kasami, Ninomiya, 1969).
/// </summary>
internal sealed class RefreshIntegerProgram
{
    /// <summary>Objectives are whole microseconds.</summary>
    private const double UnitsPerMillisecond = 1000;

    private readonly RefreshProblem _problem;
    private readonly ProgramDependencies _dependencies;
    private readonly Dictionary<int, BoolVar> _refreshed = [];
    private readonly BoolVar[][] _runsAtLeast;
    private readonly Dictionary<(int First, int Second), BoolVar> _shared = [];
    private readonly List<BoolVar> _variables = [];
    private readonly List<long> _costs = [];
    private long _constant;

    public RefreshIntegerProgram(RefreshProblem problem)
    {
        _problem = problem;
        _dependencies = problem.Dependencies;
        _runsAtLeast = new BoolVar[_dependencies.InstructionCount][];
        for (var i = 0; i < _runsAtLeast.Length; i++)
            AddLevels(i);
        for (var value = 0; value < _dependencies.Values.Count; value++)
            AddRefresh(value);
        AddPairs();
        for (var i = 0; i < _runsAtLeast.Length; i++)
        {
            foreach (var operand in _dependencies.Operands(i))
                AddReading(operand, i);
        }
        foreach (var output in _dependencies.Outputs)
            RequireMade(output, _problem.OutputLevel(output), []);
        Model.Minimize(LinearExpr.WeightedSum(_variables, _costs) + _constant);
    }

    public CpModel Model { get; } = new();

    /// <summary>Milliseconds of an objective.</summary>
    public static double Milliseconds(double objective) => objective / UnitsPerMillisecond;

    /// <summary>Whether each value is refreshed in the solver's solution.</summary>
    public bool[] Refreshed(CpSolver solver)
    {
        var refreshed = new bool[_dependencies.Values.Count];
        foreach (var (value, variable) in _refreshed)
            refreshed[value] = solver.BooleanValue(variable);
        return refreshed;
    }

    /// <summary>Lets the solver start from a schedule.</summary>
    public void Hint(LevelSchedule schedule)
    {
        foreach (var (value, variable) in _refreshed)
            Model.AddHint(variable, schedule.Refreshed.Contains(value));
        for (var i = 0; i < _runsAtLeast.Length; i++)
        {
            for (var j = 0; j < _runsAtLeast[i].Length; j++)
                Model.AddHint(_runsAtLeast[i][j], schedule.InstructionLevels[i] > _problem.Depths[i] + j);
        }
        var pairs = schedule.Slots.Where(slot => slot.Second is not null)
            .Select(slot => (Math.Min(slot.First, slot.Second!.Value), Math.Max(slot.First, slot.Second!.Value))).ToHashSet();
        foreach (var (pair, variable) in _shared)
            Model.AddHint(variable, pairs.Contains(pair));
    }

    private static long Units(double milliseconds) => (long)Math.Round(milliseconds * UnitsPerMillisecond);

    private BoolVar Binary(string name, long cost)
    {
        var variable = Model.NewBoolVar(name);
        _variables.Add(variable);
        _costs.Add(cost);
        return variable;
    }

    /// <summary>Whether an instruction runs at least at each level above its depth, and what each level adds to its cost.</summary>
    private void AddLevels(int instruction)
    {
        var depth = _problem.Depths[instruction];
        _constant += Units(_problem.Milliseconds(instruction, depth));
        _runsAtLeast[instruction] = new BoolVar[_problem.RefreshedLevel - depth];
        for (var level = depth + 1; level <= _problem.RefreshedLevel; level++)
        {
            var cost = Units(_problem.Milliseconds(instruction, level)) - Units(_problem.Milliseconds(instruction, level - 1));
            _runsAtLeast[instruction][level - depth - 1] = Binary($"runs{instruction}at{level}", cost);
            if (level > depth + 1)
                Model.AddImplication(_runsAtLeast[instruction][level - depth - 1], _runsAtLeast[instruction][level - depth - 2]);
        }
    }

    private void AddRefresh(int value)
    {
        if (!_problem.WorthRefreshing(value))
            return;
        var (whole, leavesOne) = _problem.Refreshes(value);
        _refreshed.Add(value, Binary($"refreshes{value}", (whole + (leavesOne ? 1 : 0)) * Units(_problem.RefreshMilliseconds)));
    }

    /// <summary>Vectors that are left over share a bootstrap in pairs, if neither is computed from the other.</summary>
    private void AddPairs()
    {
        var lone = _refreshed.Keys.Where(value => _problem.Refreshes(value).LeavesOne).ToArray();
        var pairsOf = lone.ToDictionary(value => value, _ => new List<BoolVar>());
        for (var i = 0; i < lone.Length; i++)
        {
            for (var j = i + 1; j < lone.Length; j++)
            {
                var (first, second) = (lone[i], lone[j]);
                if (_dependencies.DependsOn(first, second) || _dependencies.DependsOn(second, first))
                    continue;
                var pair = Binary($"shares{first}with{second}", -Units(_problem.RefreshMilliseconds));
                _shared.Add((Math.Min(first, second), Math.Max(first, second)), pair);
                pairsOf[first].Add(pair);
                pairsOf[second].Add(pair);
            }
        }
        foreach (var (value, pairs) in pairsOf.Where(entry => entry.Value.Count > 0))
            Model.Add(LinearExpr.Sum(pairs) <= _refreshed[value]);
    }

    /// <summary>If an instruction runs at a level, an operand is refreshed or made at that level.</summary>
    private void AddReading(int operand, int reader)
    {
        var depth = _problem.Depths[reader];
        RequireMade(operand, depth, []);
        for (var level = depth + 1; level <= _problem.RefreshedLevel; level++)
            RequireMade(operand, level, [_runsAtLeast[reader][level - depth - 1].Not()]);
    }

    /// <summary>A value is made at a level or above, or refreshed, or one of the other literals holds.</summary>
    private void RequireMade(int value, int level, List<ILiteral> literals)
    {
        var producer = _dependencies.Producer(value);
        if (producer < 0 || level == 0)
            return;
        if (_refreshed.TryGetValue(value, out var refreshed))
            literals.Add(refreshed);
        if (level <= _runsAtLeast[producer].Length)
            literals.Add(_runsAtLeast[producer][level - 1]);
        Model.AddBoolOr(literals);
    }
}

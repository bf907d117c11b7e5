using System.Globalization;

namespace Crammed.Encrypted.Planning;

/// <summary>The cheapest levels of a program for some refreshed values, and what they cost.</summary>
/// <param name="Problem">the program and its costs</param>
/// <param name="Refreshed">numbers of the refreshed values, ascending</param>
/// <param name="InstructionLevels">for each instruction the level that its operands stand at</param>
/// <param name="ValueLevels">
/// for each value the level that it stands at when it is made, or is given at; a refreshed one's copy stands at the refreshed level
/// </param>
/// <param name="Slots">values that are refreshed together: one, or two of which one vector each shares a bootstrap</param>
/// <param name="RefreshCount">bootstraps, or vectors refreshed by the key holder</param>
/// <param name="ComputeMilliseconds">all instructions without refreshes</param>
public sealed record LevelSchedule(
    RefreshProblem Problem, IReadOnlyList<int> Refreshed, IReadOnlyList<int> InstructionLevels, IReadOnlyList<int> ValueLevels,
    IReadOnlyList<(int First, int? Second)> Slots, int RefreshCount, double ComputeMilliseconds)
{
    /// <summary>What placement minimizes.</summary>
    public double Milliseconds => ComputeMilliseconds + RefreshMilliseconds;

    public double RefreshMilliseconds => RefreshCount * Problem.RefreshMilliseconds;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Milliseconds / 1000:F3} s, of which {RefreshMilliseconds / 1000:F3} s in {RefreshCount} refreshes of {Refreshed.Count} values");
}

/// <summary>Finds levels for sets of refreshed values, in one pass from the outputs to the inputs. Not safe for several threads.</summary>
public sealed class LevelScheduler
{
    private readonly ProgramDependencies _dependencies;
    private readonly int[] _needs;
    private readonly int[] _levels;
    private readonly List<int> _lone = [];

    /// <param name="problem">the program and its costs</param>
    public LevelScheduler(RefreshProblem problem)
    {
        Problem = problem;
        _dependencies = problem.Dependencies;
        _needs = new int[_dependencies.Values.Count];
        _levels = new int[_dependencies.InstructionCount];
    }

    public RefreshProblem Problem { get; }

    /// <summary>Sets evaluated so far.</summary>
    public int EvaluationCount { get; private set; }

    /// <summary>
    /// Milliseconds of the program with these values refreshed, at the cheapest levels; positive infinity if an instruction lacks levels.
    /// If that is certain to reach the limit, it may be less than the truth, but not less than the limit.
    /// </summary>
    /// <param name="refreshed">for each value whether it is refreshed</param>
    /// <param name="limit">beyond it the number does not matter</param>
    public double Milliseconds(ReadOnlySpan<bool> refreshed, double limit = double.PositiveInfinity)
    {
        EvaluationCount++;
        if (FindLevels(refreshed) >= 0)
            return double.PositiveInfinity;
        var compute = ComputeMilliseconds();
        var whole = CountWhole(refreshed);
        var least = compute + (whole + (_lone.Count + 1) / 2) * Problem.RefreshMilliseconds;
        return least >= limit || _lone.Count < 2
            ? least
            : compute + (whole + RefreshPairing.Slots(_lone, _dependencies).Count) * Problem.RefreshMilliseconds;
    }

    /// <summary>The levels and pairs of a set of refreshed values.</summary>
    /// <exception cref="InvalidOperationException">an instruction lacks levels; the message names it</exception>
    public LevelSchedule Schedule(ReadOnlySpan<bool> refreshed)
    {
        var lacking = FindLevels(refreshed);
        if (lacking >= 0)
        {
            var instruction = _dependencies.Program.Instructions[lacking];
            throw new InvalidOperationException(
                $"{instruction.Results[0].Name}: {instruction.GetType().Name} would have to run at level {_levels[lacking]}, "
                + $"refreshed values stand at {Problem.RefreshedLevel}: refresh a value between it and the instructions that read it");
        }
        var whole = CountWhole(refreshed);
        var slots = RefreshPairing.Slots(_lone, _dependencies);
        var paired = slots.SelectMany(slot => new[] { slot.First, slot.Second ?? slot.First }).ToHashSet();
        var values = new List<int>();
        for (var value = 0; value < refreshed.Length; value++)
        {
            if (refreshed[value])
                values.Add(value);
        }
        return new LevelSchedule(
            Problem, values, [.. _levels], [.. Enumerable.Range(0, _needs.Length).Select(StandsAt)],
            [.. slots, .. values.Where(value => !paired.Contains(value)).Select(value => (value, (int?)null))],
            whole + slots.Count, ComputeMilliseconds());
    }

    /// <summary>
    /// Refreshes what is lacking, from the outputs to the inputs. From an instruction that would have to run too high a path leads to what
    /// asks for that level; of the values on it the one of the least weight for what it gains is refreshed.
    /// </summary>
    /// <param name="refreshed">for each value whether it is refreshed</param>
    /// <param name="weights">for each value; equal ones make it the first on the path, which is "when out of levels" from the
    /// outputs</param>
    /// <param name="gain">power of the levels that a refresh gains, by which its weight is divided</param>
    public void RefreshLacking(Span<bool> refreshed, ReadOnlySpan<double> weights, double gain)
    {
        for (var lacking = FindLevels(refreshed); lacking >= 0; lacking = FindLevels(refreshed))
        {
            var (best, least) = (-1, double.PositiveInfinity);
            for (var instruction = lacking; instruction >= 0;)
            {
                var value = Highest(_dependencies.Results(instruction));
                var weight = weights[value] / Math.Pow(_needs[value], gain);
                if (!refreshed[value] && weight < least)
                    (best, least) = (value, weight);
                instruction = ReaderAtNeed(value);
            }
            refreshed[best] = true;
        }
    }

    /// <summary>The value that has to stand the highest.</summary>
    private int Highest(ReadOnlySpan<int> values)
    {
        var highest = values[0];
        foreach (var value in values)
        {
            if (_needs[value] > _needs[highest])
                highest = value;
        }
        return highest;
    }

    /// <summary>An instruction that asks for the level that a value stands at, or -1 if none does.</summary>
    private int ReaderAtNeed(int value)
    {
        foreach (var reader in _dependencies.Consumers(value))
        {
            if (_needs[value] > 0 && _levels[reader] == _needs[value])
                return reader;
        }
        return -1;
    }

    /// <summary>The first instruction from the end that lacks levels, or -1; the levels of all instructions after it.</summary>
    private int FindLevels(ReadOnlySpan<bool> refreshed)
    {
        var needs = _needs;
        for (var value = 0; value < needs.Length; value++)
            needs[value] = refreshed[value] ? 0 : Problem.OutputLevel(value);
        for (var i = _levels.Length - 1; i >= 0; i--)
        {
            var level = 0;
            foreach (var result in _dependencies.Results(i))
                level = Math.Max(level, needs[result]);
            level += Problem.Depths[i];
            _levels[i] = level;
            if (level > Problem.RefreshedLevel)
                return i;
            foreach (var operand in _dependencies.Operands(i))
            {
                if (!refreshed[operand] && needs[operand] < level)
                    needs[operand] = level;
            }
        }
        return -1;
    }

    private int StandsAt(int value) => _dependencies.Producer(value) is >= 0 and var producer
        ? _levels[producer] - Problem.Depths[producer]
        : _needs[value];

    private double ComputeMilliseconds()
    {
        var sum = 0.0;
        for (var i = 0; i < _levels.Length; i++)
            sum += Problem.Milliseconds(i, _levels[i]);
        return sum;
    }

    /// <summary>Refreshes that values need for themselves; of others one vector is left.</summary>
    private int CountWhole(ReadOnlySpan<bool> refreshed)
    {
        var count = 0;
        _lone.Clear();
        for (var value = 0; value < refreshed.Length; value++)
        {
            if (!refreshed[value])
                continue;
            var (whole, leavesOne) = Problem.Refreshes(value);
            count += whole;
            if (leavesOne)
                _lone.Add(value);
        }
        return count;
    }
}

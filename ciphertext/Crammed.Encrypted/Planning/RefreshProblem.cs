using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Which values of a program to refresh, for the least milliseconds. An instruction runs at one level, its results stand
/// <see cref="Instruction.Depth"/> below; lowering is free. A refreshed value may stand at level 0, and all that read it read the copy at
/// <see cref="RefreshedLevel"/>. Inputs are given at the level that is asked of them, which is at most that of a refreshed value.
/// </summary>
public sealed class RefreshProblem
{
    private readonly double[][] _milliseconds;
    private readonly int[] _outputLevels;
    private readonly bool[] _worthRefreshing;

    /// <param name="program">without levels and refreshes</param>
    /// <param name="costs">of the machine and the parameters</param>
    /// <param name="method">by whom values are refreshed</param>
    /// <param name="outputLevels">for outputs by name the least level that they are to stand at; 0 for those that are not named</param>
    /// <exception cref="ArgumentException">the program is planned already, or an output is asked for at a level that does not
    /// exist</exception>
    public RefreshProblem(
        EncryptedProgram program, ICostModel costs, RefreshMethod method = RefreshMethod.Bootstrap,
        IReadOnlyDictionary<string, int>? outputLevels = null)
    {
        if (program.Instructions.FirstOrDefault(instruction => instruction is Lower or Refresh or Free or Store or Load) is { } planned)
            throw new ArgumentException($"the program is planned already: it has the instruction {planned.GetType().Name}");
        Dependencies = new ProgramDependencies(program);
        Method = method;
        RefreshedLevel = costs.RefreshedLevel;
        RefreshMilliseconds = costs.Milliseconds(
            method == RefreshMethod.Bootstrap ? EngineOperation.Bootstrap : EngineOperation.ClientRefresh, costs.RefreshedLevel);
        Depths = [.. program.Instructions.Select(instruction => instruction.Depth)];
        _milliseconds = [.. program.Instructions.Select(instruction => MillisecondsByLevel(instruction, costs))];
        _outputLevels = new int[Dependencies.Values.Count];
        foreach (var (name, value) in program.Outputs)
        {
            var level = outputLevels?.GetValueOrDefault(name) ?? 0;
            if (level < 0 || level > RefreshedLevel)
                throw new ArgumentException($"the output {name} is asked for at level {level} of 0 to {RefreshedLevel}");
            _outputLevels[Dependencies[value]] = Math.Max(_outputLevels[Dependencies[value]], level);
        }
        _worthRefreshing = [.. Enumerable.Range(0, Dependencies.Values.Count).Select(IsWorthRefreshing)];
    }

    public EncryptedProgram Program => Dependencies.Program;

    public ProgramDependencies Dependencies { get; }

    public RefreshMethod Method { get; }

    public int RefreshedLevel { get; }

    /// <summary>Of one bootstrap, or of one vector by the key holder.</summary>
    public double RefreshMilliseconds { get; }

    /// <summary>Levels that each instruction takes.</summary>
    public IReadOnlyList<int> Depths { get; }

    /// <summary>Milliseconds of an instruction at a level, from its depth on.</summary>
    public double Milliseconds(int instruction, int level) => _milliseconds[instruction][level - Depths[instruction]];

    /// <summary>The least level that a value has to stand at as an output.</summary>
    public int OutputLevel(int value) => _outputLevels[value];

    /// <summary>
    /// Whether a best set of refreshes may need this value. Inputs do not: they are given at any level. Nor does a value that is read by
    /// one instruction alone, of no depth, which reads nothing else and makes one group of no more vectors: its result is refreshed as
    /// well, for no more, and it runs at the lowest level then.
    /// </summary>
    public bool WorthRefreshing(int value) => _worthRefreshing[value];

    /// <summary>
    /// Whole refreshes of a value's vectors among themselves, and whether a vector is left that another one may be paired with.
    /// </summary>
    public (int Whole, bool LeavesOne) Refreshes(int value)
    {
        var vectors = Dependencies.Values[value].Count;
        return Method == RefreshMethod.Bootstrap ? (vectors / 2, vectors % 2 == 1) : (vectors, false);
    }

    /// <summary>Refuses an instruction that no refreshed value has the levels for.</summary>
    /// <exception cref="ArgumentException">it is too deep</exception>
    public static void CheckDepth(Instruction instruction, int refreshedLevel)
    {
        if (instruction.Depth > refreshedLevel)
        {
            throw new ArgumentException(
                $"{instruction.Results[0].Name}: {instruction.GetType().Name} takes {instruction.Depth} levels, "
                + $"a refreshed value has {refreshedLevel}");
        }
    }

    private double[] MillisecondsByLevel(Instruction instruction, ICostModel costs)
    {
        CheckDepth(instruction, RefreshedLevel);
        var counts = OperationCounts.Of(instruction, Dependencies.Program.Grid);
        var levels = Enumerable.Range(instruction.Depth, RefreshedLevel - instruction.Depth + 1);
        return [.. levels.Select(level => costs.Milliseconds(counts, level))];
    }

    private bool IsWorthRefreshing(int value)
    {
        var consumers = Dependencies.Consumers(value);
        if (Dependencies.Producer(value) < 0 || consumers.Length == 0 && OutputLevel(value) == 0)
            return false;
        if (consumers.Length != 1 || OutputLevel(value) > 0)
            return true;
        var reader = consumers[0];
        return Depths[reader] > 0 || Dependencies.Operands(reader).Length > 1 || Dependencies.Results(reader).Length > 1
            || Dependencies.Values[Dependencies.Results(reader)[0]].Count > Dependencies.Values[value].Count;
    }
}

using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Memory and time of a planned program, instruction by instruction. What lives is split in what has to be there, the instruction's
/// operands, results, what it takes for itself, inputs, outputs and small groups, and the rest, which could be elsewhere meanwhile.
/// </summary>
internal sealed class MemoryTimeline
{
    private readonly long[] _all;
    private readonly long[] _needed;
    private readonly double[] _milliseconds;

    private MemoryTimeline(EncryptedProgram program, IReadOnlyDictionary<Value, int> levels)
    {
        (Program, Levels) = (program, levels);
        _all = new long[program.Instructions.Count];
        _needed = new long[program.Instructions.Count];
        _milliseconds = new double[program.Instructions.Count];
    }

    public EncryptedProgram Program { get; }

    /// <summary>Of all values.</summary>
    public IReadOnlyDictionary<Value, int> Levels { get; }

    /// <summary>Bytes while an instruction runs.</summary>
    public IReadOnlyList<long> Bytes => _all;

    /// <summary>Bytes that an instruction itself needs.</summary>
    public IReadOnlyList<long> NeededBytes => _needed;

    public double Milliseconds { get; private set; }

    public long PeakBytes => _all.Max();

    /// <exception cref="ArgumentException">levels are not exact</exception>
    public static MemoryTimeline Of(EncryptedProgram program, InstructionCosts costs)
    {
        var levels = LevelFollower.LevelsOf(program);
        var timeline = new MemoryTimeline(program, levels);
        var storage = new LiveStorage(value => costs.BytesOf(value, levels[value]));
        var staying = program.Inputs.Concat(program.Outputs.Values).ToHashSet();
        foreach (var input in program.Inputs)
            storage.Hold(input);
        for (var i = 0; i < program.Instructions.Count; i++)
        {
            var instruction = program.Instructions[i];
            storage.Make(instruction);
            // Inputs that nothing reads are there until they are freed.
            timeline._all[i] = storage.Bytes;
            if (instruction is not Free)
            {
                var level = levels[instruction.Operands[0]];
                var own = costs.OwnBytes(instruction, level);
                timeline._all[i] = storage.Bytes + own;
                timeline._needed[i] = own + storage.BytesOf(
                    NeededBy(instruction).Concat(storage.Groups.Where(value =>
                        staying.Contains(value) || costs.BytesOf(value, levels[value]) <= costs.SmallBytes)));
                timeline._milliseconds[i] = costs.Milliseconds(instruction, level);
                timeline.Milliseconds += timeline._milliseconds[i];
            }
            storage.Release(instruction);
        }
        return timeline;
    }

    /// <summary>
    /// Bytes above a budget times the seconds that they are, an instruction lasting a hundredth of a millisecond at least: what is to
    /// become zero.
    /// </summary>
    public double Excess(IReadOnlyList<long> bytes, long budget)
    {
        var sum = 0.0;
        for (var i = 0; i < bytes.Count; i++)
            sum += bytes[i] > budget ? (bytes[i] - budget) * Seconds(i) : 0;
        return sum;
    }

    /// <summary>The excess of an instruction and its neighbours, as far as they are above the budget.</summary>
    public double ExcessAround(IReadOnlyList<long> bytes, int instruction, long budget)
    {
        var (first, last) = (instruction, instruction);
        while (first > 0 && (bytes[first - 1] > budget || IsPassive(first - 1)))
            first--;
        while (last + 1 < bytes.Count && (bytes[last + 1] > budget || IsPassive(last + 1)))
            last++;
        var sum = 0.0;
        for (var i = first; i <= last; i++)
            sum += bytes[i] > budget ? (bytes[i] - budget) * Seconds(i) : 0;
        return sum;
    }

    /// <summary>What a value's absence between two instructions takes off the excess.</summary>
    public double Relief(long bytes, int after, int before, long budget)
    {
        var sum = 0.0;
        for (var i = after + 1; i < before; i++)
            sum += _all[i] > budget ? Math.Min(bytes, _all[i] - budget) * Seconds(i) : 0;
        return sum;
    }

    /// <summary>What has to be in memory; vectors are joined, stored and loaded one by one.</summary>
    private static IEnumerable<Value> NeededBy(Instruction instruction) =>
        instruction is Join or Store or Load ? [] : instruction.Operands.Concat(instruction.Results);

    private bool IsPassive(int instruction) => Program.Instructions[instruction] is Free or Join or Lower or Store or Load;

    private double Seconds(int instruction) => Math.Max(_milliseconds[instruction], 0.01) / 1000;
}

/// <summary>Costs of instructions, each counted once, however often it is asked for at whatever level.</summary>
/// <param name="costs">milliseconds and bytes</param>
/// <param name="grid">the slots</param>
/// <param name="smallBytes">groups of no more bytes are expected to stay in memory</param>
internal sealed class InstructionCosts(ICostModel costs, Layouts.SlotGrid grid, long smallBytes = 0)
{
    private readonly Dictionary<(Value, Type), OperationCounts> _counts = [];
    private readonly long[] _vectorBytes = [.. Enumerable.Range(0, costs.RefreshedLevel + 1).Select(costs.VectorBytes)];

    public long SmallBytes => smallBytes;

    public long BytesOf(Value value, int level) => value.Count * _vectorBytes[level];

    public long OwnBytes(Instruction instruction, int level) => InstructionMemory.BytesOf(instruction, grid, level, costs);

    /// <summary>Milliseconds of an instruction whose operands stand at a level.</summary>
    public double Milliseconds(Instruction instruction, int level)
    {
        switch (instruction)
        {
            case Join or Free:
                return 0;
            case Lower or Store or Load:
                return costs.Milliseconds(instruction, grid, level);
        }
        // A sum over a tiled axis is made by another instruction than before, always a sum, which is counted at once.
        if (instruction is Sum { Constants.Count: 0 })
            return costs.Milliseconds(OperationCounts.Of(instruction, grid), level);
        var key = (instruction.Results[0], instruction.GetType());
        if (!_counts.TryGetValue(key, out var counts))
            _counts.Add(key, counts = OperationCounts.Of(instruction, grid));
        return costs.Milliseconds(counts, level);
    }
}

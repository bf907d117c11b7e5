using System.Globalization;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>A group that lives at some moment.</summary>
/// <param name="Value">the group that its vectors were made as</param>
/// <param name="Level">that it stands at</param>
/// <param name="Bytes">of its vectors</param>
public sealed record LiveValue(Value Value, int Level, long Bytes);

/// <summary>
/// The moment of a planned program's run when values take the most memory: an instruction's operands and results live together. A joined
/// group shares the vectors of its parts; inputs live from the start until they are freed. What an instruction takes for itself is not
/// counted.
/// </summary>
/// <param name="PeakBytes">of all values</param>
/// <param name="Instruction">number of the instruction at the peak</param>
/// <param name="Live">what lives then, the largest first</param>
public sealed record MemoryProfile(long PeakBytes, int Instruction, IReadOnlyList<LiveValue> Live)
{
    /// <summary>The profile of a planned program.</summary>
    /// <exception cref="ArgumentException">its levels are not exact</exception>
    public static MemoryProfile Of(EncryptedProgram program, ICostModel costs)
    {
        var levels = LevelFollower.LevelsOf(program);
        var held = new Dictionary<Value, IReadOnlyList<Value>>();
        var owners = new Dictionary<Value, int>();
        long bytes = 0;
        var (peak, at) = (-1L, 0);
        Dictionary<Value, int> live = [];
        foreach (var input in program.Inputs)
            Hold(input, [input]);
        for (var i = 0; i < program.Instructions.Count; i++)
        {
            var instruction = program.Instructions[i];
            foreach (var result in instruction.Results)
                Hold(result, instruction is Join join ? [.. join.Parts.SelectMany(part => held[part])] : [result]);
            if (bytes > peak)
                (peak, at, live) = (bytes, i, new Dictionary<Value, int>(owners));
            if (instruction is Free or Store)
                Release(instruction.Operands[0]);
        }
        var values = live.Keys.Select(value => new LiveValue(value, levels[value], Bytes(value)));
        return new MemoryProfile(peak, at, [.. values.OrderByDescending(value => value.Bytes)]);

        long Bytes(Value value) => value.Count * costs.VectorBytes(levels[value]);

        void Hold(Value value, IReadOnlyList<Value> storages)
        {
            held.Add(value, storages);
            foreach (var storage in storages)
            {
                owners[storage] = owners.GetValueOrDefault(storage) + 1;
                bytes += owners[storage] == 1 ? Bytes(storage) : 0;
            }
        }

        void Release(Value value)
        {
            held.Remove(value, out var storages);
            foreach (var storage in storages!)
            {
                if (--owners[storage] > 0)
                    continue;
                owners.Remove(storage);
                bytes -= Bytes(storage);
            }
        }
    }

    /// <summary>A line with the largest values.</summary>
    public override string ToString()
    {
        var largest = Live.Take(6).Select(value => string.Create(
            CultureInfo.InvariantCulture, $"{value.Value.Name} {value.Bytes / 1048576.0:F1} MiB at level {value.Level}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"values: at most {PeakBytes / 1048576.0:F1} MiB, {Live.Count} groups, at {Instruction}: {string.Join(", ", largest)}");
    }
}

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
        var storage = new LiveStorage(Bytes);
        var (peak, at) = (-1L, 0);
        List<Value> live = [];
        foreach (var input in program.Inputs)
            storage.Hold(input);
        for (var i = 0; i < program.Instructions.Count; i++)
        {
            storage.Make(program.Instructions[i]);
            if (storage.Bytes > peak)
                (peak, at, live) = (storage.Bytes, i, [.. storage.Values]);
            storage.Release(program.Instructions[i]);
        }
        var values = live.Select(value => new LiveValue(value, levels[value], Bytes(value)));
        return new MemoryProfile(peak, at, [.. values.OrderByDescending(value => value.Bytes)]);

        long Bytes(Value value) => value.Count * costs.VectorBytes(levels[value]);
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

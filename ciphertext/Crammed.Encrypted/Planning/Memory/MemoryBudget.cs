using System.Globalization;
using System.Text;
using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>Something that takes memory all through a run.</summary>
/// <param name="Name">what</param>
/// <param name="Bytes">how much</param>
/// <param name="Note">how it is counted</param>
public sealed record MemoryPart(string Name, long Bytes, string Note);

/// <summary>
/// What a run on ciphertexts keeps in memory besides values, and what a total leaves for values and instructions. Keys are held with both
/// halves, each cut to the level that it serves.
/// </summary>
public sealed class MemoryBudget
{
    /// <summary>The runtime, code, transforms' tables. A guess.</summary>
    private const long RuntimeBytes = 512L << 20;

    private readonly ParameterCosts _costs;
    private readonly CkksLevels _levels;

    /// <param name="costs">of the parameters</param>
    /// <param name="levels">of programs on ciphertexts</param>
    /// <param name="totalBytes">what a run may take in all</param>
    public MemoryBudget(ParameterCosts costs, CkksLevels levels, long totalBytes) =>
        (_costs, _levels, TotalBytes) = (costs, levels, totalBytes);

    public long TotalBytes { get; }

    /// <summary>Bytes of encoded public slots that a run keeps; see <see cref="CkksGroups"/>.</summary>
    public long EncodingBytes { get; init; } = 1L << 28;

    /// <summary>Bytes of idle buffers that the engine keeps for reuse.</summary>
    public long PoolBytes { get; init; } = ResidueMemory.MaxCachedBytes;

    /// <summary>Everything that is there all through a run.</summary>
    /// <param name="planned">with its levels and refreshes</param>
    public IReadOnlyList<MemoryPart> FixedParts(EncryptedProgram planned)
    {
        var keys = ProgramKeys.Of(planned, _levels);
        var all = KeyBytes(keys);
        var parts = new List<MemoryPart>();
        if (keys.LargestRange is { } range)
        {
            var plan = new BootstrappingPlan(_levels.Parameters, range: range);
            var bootstraps = new ProgramKeys(
                plan.Rotations.ToDictionary(rotation => rotation.Steps, rotation => rotation.Level), plan.RelinearizationLevel,
                plan.ConjugationLevel, true, range);
            var bytes = KeyBytes(bootstraps);
            parts.Add(new MemoryPart("keys of bootstraps", bytes, $"{bootstraps.Rotations.Count} rotations"));
            parts.Add(new MemoryPart(
                "other keys", all - bytes, $"{keys.Rotations.Count - bootstraps.Rotations.Count} rotations, higher levels"));
            var diagonals = plan.SlotsToCoeffs.DiagonalBytes + plan.CoeffsToSlots.DiagonalBytes;
            parts.Add(new MemoryPart("diagonals of bootstraps", diagonals, "encoded"));
        }
        else
        {
            parts.Add(new MemoryPart("keys", all, $"{keys.Rotations.Count} rotations"));
        }
        parts.Add(new MemoryPart("frozen weights", WeightBytes(planned), "as 32-bit numbers"));
        parts.Add(new MemoryPart("encoded weights", EncodedWeightBytes(planned), "of one step of one map"));
        parts.Add(new MemoryPart("encoded masks", EncodingBytes, "kept for their next use"));
        parts.Add(new MemoryPart("idle buffers", PoolBytes, "kept by the engine"));
        parts.Add(new MemoryPart("runtime", RuntimeBytes, "a guess"));
        return parts;
    }

    /// <summary>What is left for values and instructions.</summary>
    /// <exception cref="MemoryBudgetException">nothing is</exception>
    public long WorkingBytes(EncryptedProgram planned)
    {
        var parts = FixedParts(planned);
        var left = TotalBytes - parts.Sum(part => part.Bytes);
        return left > 0
            ? left
            : throw new MemoryBudgetException(
                $"a run keeps {Mebibytes(parts.Sum(part => part.Bytes))} MiB besides its values, {Mebibytes(TotalBytes)} are there: "
                + string.Join(", ", parts.Select(part => $"{part.Name} {Mebibytes(part.Bytes)}")), []);
    }

    /// <summary>All parts of a plan beside the total.</summary>
    public string Table(ProgramPlan plan)
    {
        var timeline = MemoryTimeline.Of(plan.Program, new InstructionCosts(_costs, plan.Program.Grid));
        var peak = Enumerable.Range(0, timeline.Bytes.Count).MaxBy(i => timeline.Bytes[i]);
        var instruction = plan.Program.Instructions[peak];
        var own = instruction.Results.Count == 0 ? 0 : InstructionMemory.BytesOf(
            instruction, plan.Program.Grid, timeline.Levels[instruction.Operands[0]], _costs);
        MemoryPart[] parts =
        [
            .. FixedParts(plan.Program),
            new MemoryPart(
                "values at the peak", timeline.Bytes[peak] - own, instruction.Results.Count == 0 ? "" : $"at {instruction.Results[0].Name}"),
            new MemoryPart("the instruction there", own, instruction.GetType().Name),
        ];
        var text = new StringBuilder();
        foreach (var part in parts)
            text.Append(CultureInfo.InvariantCulture, $"{part.Name,-24} {Mebibytes(part.Bytes),9} MiB  {part.Note}\n");
        var sum = parts.Sum(part => part.Bytes);
        text.Append(CultureInfo.InvariantCulture, $"{"in all",-24} {Mebibytes(sum),9} MiB  of {Mebibytes(TotalBytes)}\n");
        return text.ToString();
    }

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("F0", CultureInfo.InvariantCulture);

    private long KeyBytes(ProgramKeys keys) =>
        keys.Rotations.Values.Sum(OfLevel) + (keys.RelinearizationLevel is { } relinearization ? OfLevel(relinearization) : 0)
        + (keys.ConjugationLevel is { } conjugation ? OfLevel(conjugation) : 0)
        + (keys.Encapsulation ? _costs.EncapsulationKeyBytes : 0);

    private long OfLevel(int ciphertextLevel) => _costs.KeyBytesOf(ciphertextLevel + 1);

    private static long WeightBytes(EncryptedProgram program)
    {
        var sizes = new Dictionary<string, long>();
        foreach (var instruction in program.Instructions)
        {
            if (instruction is SpreadProducts spread)
                sizes[spread.Matrix.Name] = Features(spread.InputBlocks) * Features(spread.OutputBlocks);
            if (instruction is not LinearMap map)
                continue;
            for (var i = 0; i < map.Matrices.Count; i++)
            {
                sizes[map.Matrices[i].Name] =
                    Features(map.OutputBlocks[i / map.Inputs.Count]) * Features(map.InputBlocks[i % map.Inputs.Count]);
            }
        }
        return sizes.Values.Sum() * sizeof(float);

        static long Features(FeatureBlocks blocks) => (long)blocks.Blocks * blocks.Columns;
    }

    /// <summary>As many weights as blocks for each limb, between one vector and all on the other side, for each shift.</summary>
    private long EncodedWeightBytes(EncryptedProgram program)
    {
        var vectors = program.Instructions.OfType<LinearMap>()
            .Select(map => Math.Max(map.Inputs.Sum(input => input.Count), map.Outputs.Sum(output => output.Count))).DefaultIfEmpty(0).Max();
        return 2L * vectors * program.Grid.Blocks * program.Grid.Blocks * (_levels.Refreshed + 1) * sizeof(double);
    }
}

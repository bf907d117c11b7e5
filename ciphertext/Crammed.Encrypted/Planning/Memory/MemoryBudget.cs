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
/// What a run on ciphertexts keeps in memory besides values, and what a total leaves for values and instructions. Keys, each cut to the
/// level that it serves, are held with both halves, or as half and seed, or dropped and read again; diagonals of bootstraps are transformed or
/// coefficients (<see cref="RunMemory"/>).
/// </summary>
public sealed class MemoryBudget
{
    /// <summary>What a bootstrap takes longer with diagonals as coefficients; see <see cref="Bootstrapper"/>.</summary>
    private const double CoefficientsShare = 0.1;

    /// <summary>Keys that one operation may need together: those of the baby steps of a transform, of all threads of hoisted rotations.</summary>
    private const int KeysAtOnce = 16;

    /// <summary>Shares of all keys that a budget of keys may be.</summary>
    private static readonly double[] KeyShares = [0.75, 0.5, 0.35, 0.2];

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

    /// <summary>
    /// Bytes that the engine has beyond what it is asked for. Idle buffers take what is left of the bound of a run
    /// (<see cref="ResidueMemory.MaxBytes"/>), and make room when it is needed; this is for buffers that are larger than what they hold.
    /// </summary>
    public long PoolBytes { get; init; } = 1L << 28;

    /// <summary>
    /// Ways to run with less memory, by the milliseconds that they add to a step, the first one that of the most memory: what keys are kept,
    /// and how diagonals are. Ways that take more time and more memory than another are left out.
    /// </summary>
    /// <param name="planned">with its levels and refreshes</param>
    public IReadOnlyList<RunMemory> Choices(EncryptedProgram planned)
    {
        var (keys, plan) = KeysAndPlan(planned);
        var costs = new KeyCosts(_costs, keys, new KeyUses(planned.Grid, _levels, plan).Of(planned));
        var expansion = costs.ExpansionMilliseconds();
        var coefficients = CoefficientsShare * planned.Instructions.OfType<Refresh>().Sum(
            refresh => OperationCounts.Of(refresh, planned.Grid)[EngineOperation.Bootstrap] * _costs.Milliseconds(EngineOperation.Bootstrap, 0));
        var choices = new List<(RunMemory Choice, long Bytes)>();
        foreach (var uniform in new[] { UniformHalf.Held, UniformHalf.Expanded })
        {
            var all = costs.Bytes(uniform);
            var least = costs.LargestBytes(uniform, KeysAtOnce);
            long?[] budgets = [null, .. KeyShares.Select(share => (long?)(share * all)).Where(budget => budget > least)];
            foreach (var budget in budgets)
            {
                var added = (uniform == UniformHalf.Expanded ? expansion : 0)
                    + (budget is { } most ? costs.ReloadMilliseconds(most, uniform) : 0);
                foreach (var storage in plan is null ? [DiagonalStorage.Transformed] : Enum.GetValues<DiagonalStorage>())
                {
                    var choice = new RunMemory(
                        uniform, budget, storage, EncodingBytes, 0, added + (storage == DiagonalStorage.Coefficients ? coefficients : 0));
                    choices.Add((choice, (budget ?? all) + (plan is null ? 0 : DiagonalBytes(plan, storage))));
                }
            }
        }
        var kept = new List<RunMemory>();
        var smallest = long.MaxValue;
        foreach (var (choice, bytes) in choices.OrderBy(entry => entry.Choice.Milliseconds).ThenBy(entry => entry.Bytes))
        {
            if (bytes >= smallest)
                continue;
            smallest = bytes;
            kept.Add(choice with { ResidueBytes = ResidueBytes(planned, choice) });
        }
        return kept;
    }

    /// <summary>A choice with what it adds to a program as it was planned for it.</summary>
    public RunMemory ChoiceFor(EncryptedProgram planned, RunMemory choice) =>
        Choices(planned).FirstOrDefault(other => (other.UniformHalf, other.KeyBudgetBytes, other.Diagonals)
            == (choice.UniformHalf, choice.KeyBudgetBytes, choice.Diagonals)) ?? choice;

    /// <summary>Everything that is there all through a run.</summary>
    /// <param name="planned">with its levels and refreshes</param>
    /// <param name="choice">of what keys and diagonals take; unless given all are whole</param>
    public IReadOnlyList<MemoryPart> FixedParts(EncryptedProgram planned, RunMemory? choice = null)
    {
        var (keys, bootstrapping) = KeysAndPlan(planned);
        var uniform = choice?.UniformHalf ?? UniformHalf.Held;
        var halves = uniform == UniformHalf.Held ? "both halves" : "half and seed";
        var all = KeyBytes(keys) / (uniform == UniformHalf.Held ? 1 : 2);
        var parts = new List<MemoryPart>();
        if (choice?.KeyBudgetBytes is { } budget)
            parts.Add(new MemoryPart("keys", budget, $"{halves}, of {Mebibytes(all)} MiB; the rest is read again"));
        else if (bootstrapping is { } plan)
        {
            var bootstraps = new ProgramKeys(
                plan.Rotations.ToDictionary(rotation => rotation.Steps, rotation => rotation.Level), plan.RelinearizationLevel,
                plan.ConjugationLevel, true, plan.Range);
            var bytes = KeyBytes(bootstraps) / (uniform == UniformHalf.Held ? 1 : 2);
            parts.Add(new MemoryPart("keys of bootstraps", bytes, $"{bootstraps.Rotations.Count} rotations, {halves}"));
            parts.Add(new MemoryPart(
                "other keys", all - bytes, $"{keys.Rotations.Count - bootstraps.Rotations.Count} rotations, higher levels"));
        }
        else
        {
            parts.Add(new MemoryPart("keys", all, $"{keys.Rotations.Count} rotations, {halves}"));
        }
        if (bootstrapping is not null)
        {
            var storage = choice?.Diagonals ?? DiagonalStorage.Transformed;
            parts.Add(new MemoryPart(
                "diagonals of bootstraps", DiagonalBytes(bootstrapping, storage),
                storage == DiagonalStorage.Transformed ? "transformed" : "the larger ones as coefficients"));
        }
        parts.Add(new MemoryPart("frozen weights", WeightBytes(planned), "as 32-bit numbers"));
        parts.Add(new MemoryPart("encoded weights", EncodedWeightBytes(planned), "of one step of one map"));
        parts.Add(new MemoryPart("encoded masks", EncodingBytes, "kept for their next use"));
        parts.Add(new MemoryPart("idle buffers", PoolBytes, "and what buffers are too large"));
        parts.Add(new MemoryPart("runtime", RuntimeBytes, "a guess"));
        return parts;
    }

    /// <summary>What is left for values and instructions.</summary>
    /// <exception cref="MemoryBudgetException">nothing is</exception>
    public long WorkingBytes(EncryptedProgram planned) => WorkingBytes(planned, null);

    /// <summary>What is left for values and instructions by a choice.</summary>
    /// <exception cref="MemoryBudgetException">nothing is</exception>
    public long WorkingBytes(EncryptedProgram planned, RunMemory? choice)
    {
        var parts = FixedParts(planned, choice);
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
            .. FixedParts(plan.Program, plan.RunMemory),
            new MemoryPart(
                "values at the peak", timeline.Bytes[peak] - own, instruction.Results.Count == 0 ? "" : $"at {instruction.Results[0].Name}"),
            new MemoryPart("the instruction there", own, instruction.GetType().Name),
        ];
        var text = new StringBuilder();
        foreach (var part in parts)
            text.Append(CultureInfo.InvariantCulture, $"{part.Name,-24} {Mebibytes(part.Bytes),9} MiB  {part.Note}\n");
        var sum = parts.Sum(part => part.Bytes);
        text.Append(CultureInfo.InvariantCulture, $"{"in all",-24} {Mebibytes(sum),9} MiB  of {Mebibytes(TotalBytes)}\n");
        if (plan.RunMemory is { } choice)
            text.Append(CultureInfo.InvariantCulture, $"{choice}\n");
        return text.ToString();
    }

    /// <summary>What is left when all that is no residue memory has its share.</summary>
    private long ResidueBytes(EncryptedProgram planned, RunMemory choice) => TotalBytes - FixedParts(planned, choice)
        .Where(part => part.Name is "runtime" or "frozen weights" or "encoded weights").Sum(part => part.Bytes);

    private (ProgramKeys Keys, BootstrappingPlan? Plan) KeysAndPlan(EncryptedProgram planned)
    {
        var keys = ProgramKeys.Of(planned, _levels);
        return (keys, keys.LargestRange is { } range ? new BootstrappingPlan(_levels.Parameters, range: range) : null);
    }

    /// <summary>Of a bootstrap; coefficients take one limb where transformed diagonals take all.</summary>
    public static long DiagonalBytes(BootstrappingPlan plan, DiagonalStorage storage) => plan.SlotsToCoeffs.DiagonalBytes
        + (storage == DiagonalStorage.Transformed
            ? plan.CoeffsToSlots.DiagonalBytes
            : plan.CoeffsToSlots.Factors.Sum(factor => (long)factor.Diagonals.Count) * plan.Parameters.N * sizeof(double));

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

using System.Globalization;
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

    /// <summary>Shares of the uniform halves of all keys that are held.</summary>
    private static readonly double[] WholeShares = [0.85, 0.7, 0.55, 0.4, 0.25, 0.1, 0];

    /// <summary>Shares of all halves of keys that a budget of keys may be where not even these are in memory together.</summary>
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
        var coefficients = CoefficientsShare * planned.Instructions.OfType<Refresh>().Sum(
            refresh => OperationCounts.Of(refresh, planned.Grid).Refreshes * _costs.Milliseconds(EngineOperation.Bootstrap, 0));
        var choices = new List<(RunMemory Choice, long Bytes)>();
        foreach (var keep in KeyChoices(costs))
        {
            var bytes = keep.KeyBudgetBytes ?? costs.Bytes(keep.UniformHalf, keep.WholeKeys);
            choices.Add((keep, bytes + (plan is null ? 0 : DiagonalBytes(plan, DiagonalStorage.Transformed))));
            if (plan is null)
                continue;
            var slower = keep with { Diagonals = DiagonalStorage.Coefficients, Milliseconds = keep.Milliseconds + coefficients };
            choices.Add((slower, bytes + DiagonalBytes(plan, DiagonalStorage.Coefficients)));
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

    /// <summary>Ways to keep keys: whole, some or none of the uniform halves, not even the others all the time.</summary>
    private IEnumerable<RunMemory> KeyChoices(KeyCosts costs)
    {
        var whole = new RunMemory(UniformHalf.Held, null, DiagonalStorage.Transformed, EncodingBytes, 0, 0);
        yield return whole;
        var halves = costs.Bytes(UniformHalf.Expanded);
        foreach (var share in WholeShares)
        {
            var held = costs.Whole((long)(share * halves));
            yield return whole with
            {
                UniformHalf = UniformHalf.Expanded,
                WholeKeys = held,
                Milliseconds = costs.ExpansionMilliseconds(held),
            };
        }
        var expansion = costs.ExpansionMilliseconds([]);
        var least = costs.LargestBytes(UniformHalf.Expanded, KeysAtOnce);
        foreach (var budget in KeyShares.Select(share => (long)(share * halves)).Where(budget => budget > least))
        {
            yield return whole with
            {
                UniformHalf = UniformHalf.Expanded,
                KeyBudgetBytes = budget,
                Milliseconds = expansion + costs.ReloadMilliseconds(budget, UniformHalf.Expanded),
            };
        }
    }

    /// <summary>A choice with what it adds to a program as it was planned for it.</summary>
    public RunMemory ChoiceFor(EncryptedProgram planned, RunMemory choice) =>
        Choices(planned).FirstOrDefault(other => (other.UniformHalf, other.KeyBudgetBytes, other.Diagonals, other.WholeKeys.Count)
            == (choice.UniformHalf, choice.KeyBudgetBytes, choice.Diagonals, choice.WholeKeys.Count)) ?? choice;

    /// <summary>Everything that is there all through a run.</summary>
    /// <param name="planned">with its levels and refreshes</param>
    /// <param name="choice">of what keys and diagonals take; unless given all are whole</param>
    public IReadOnlyList<MemoryPart> FixedParts(EncryptedProgram planned, RunMemory? choice = null)
    {
        var (keys, bootstrapping) = KeysAndPlan(planned);
        var uniform = choice?.UniformHalf ?? UniformHalf.Held;
        var whole = choice?.WholeKeys ?? [];
        var costs = new KeyCosts(_costs, keys, []);
        var all = costs.Bytes(uniform, whole);
        var halves = uniform == UniformHalf.Held ? "both halves" : whole.Count > 0 ? $"half and seed, {whole.Count} whole" : "half and seed";
        var parts = new List<MemoryPart>
        {
            choice?.KeyBudgetBytes is { } budget
                ? new MemoryPart("keys", budget, $"{halves}, of {Mebibytes(all)} MiB; the rest is read again")
                : new MemoryPart("keys", all, $"{keys.Rotations.Count} rotations, {halves}"),
        };
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

    /// <summary>All that a run of a plan has in memory at its peak.</summary>
    public IReadOnlyList<MemoryPart> PartsOf(ProgramPlan plan)
    {
        var timeline = MemoryTimeline.Of(plan.Program, new InstructionCosts(_costs, plan.Program.Grid));
        var peak = Enumerable.Range(0, timeline.Bytes.Count).MaxBy(i => timeline.Bytes[i]);
        var instruction = plan.Program.Instructions[peak];
        var own = instruction.Results.Count == 0 ? 0 : InstructionMemory.BytesOf(
            instruction, plan.Program.Grid, timeline.Levels[instruction.Operands[0]], _costs);
        return
        [
            .. FixedParts(plan.Program, plan.RunMemory),
            new MemoryPart(
                "values at the peak", timeline.Bytes[peak] - own, instruction.Results.Count == 0 ? "" : $"at {instruction.Results[0].Name}"),
            new MemoryPart("the instruction there", own, instruction.GetType().Name),
        ];
    }

    /// <summary>A plan without regard to memory, whose run keeps no more idle buffers than are counted here.</summary>
    public static ProgramPlan Unbounded(ProgramPlan plan, ParameterCosts costs, CkksLevels levels)
    {
        var budget = new MemoryBudget(costs, levels, 0);
        var needed = new MemoryBudget(costs, levels, budget.PartsOf(plan).Sum(part => part.Bytes));
        var choice = new RunMemory(UniformHalf.Held, null, DiagonalStorage.Transformed, needed.EncodingBytes, 0, 0);
        return plan with { RunMemory = choice with { ResidueBytes = needed.ResidueBytes(plan.Program, choice) } };
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

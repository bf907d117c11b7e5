using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Converter;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using RefreshInstruction = Crammed.Encrypted.Programs.Refresh;

namespace Crammed.Cli.Commands.Plan;

/// <summary>What a part of a program takes.</summary>
/// <param name="Name">Layer, head, update..., forward or backward.</param>
/// <param name="Instructions">Before levels.</param>
/// <param name="Levels">The lowest and the highest level that an instruction runs at.</param>
/// <param name="RefreshedVectors">Two to a bootstrap.</param>
/// <param name="ComputeSeconds">Without refreshes.</param>
/// <param name="RefreshSeconds">Shared by vectors.</param>
/// <param name="SignalBits">The least log2 of a value's root mean square over that of its error; null where all are zero.</param>
/// <param name="Noisiest">The value that has it.</param>
internal sealed record PlanPart(
    string Name, int Instructions, (int Lowest, int Highest) Levels, int RefreshedVectors, double ComputeSeconds, double RefreshSeconds,
    double? SignalBits, string Noisiest)
{
    public double Seconds => ComputeSeconds + RefreshSeconds;
}

/// <summary>A plan in figures.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Baseline">Of refreshes when out of levels.</param>
/// <param name="Parts">In the order of the program.</param>
/// <param name="Operations">Count and seconds by kind of operation, refreshes among them.</param>
/// <param name="Instructions">Of the planned program, by kind.</param>
/// <param name="Keys">Evaluation keys.</param>
/// <param name="InputVectors">Ciphertexts of a step's inputs.</param>
/// <param name="InputBytes">In memory, and about on disk.</param>
/// <param name="Memory">All that a run has in memory at its peak.</param>
internal sealed record PlanFigures(
    ProgramPlan Plan, LevelSchedule Baseline, IReadOnlyList<PlanPart> Parts,
    IReadOnlyList<(EngineOperation Operation, long Count, double Seconds)> Operations, IReadOnlyList<(string Kind, int Count)> Instructions,
    EvaluationKeyPlan Keys, int InputVectors, long InputBytes, IReadOnlyList<MemoryPart> Memory)
{
    /// <summary>What a run takes at its peak.</summary>
    public long MemoryBytes => Memory.Sum(part => part.Bytes);

    /// <summary>The largest range that the server bootstraps, or null if it does not.</summary>
    public double? LargestRange => LargestRangeOf(Plan.Program);

    /// <summary>The part with the least signal over noise.</summary>
    public PlanPart Noisiest => Parts.Where(part => part.SignalBits is not null).MinBy(part => part.SignalBits)
        ?? throw new InvalidOperationException("no value of the program has a signal");

    /// <summary>Derives everything from a plan.</summary>
    /// <exception cref="InvalidOperationException">The program bootstraps and the parameter set cannot.</exception>
    /// <param name="input">The model and what it is planned for.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="free">
    /// The plan without regard to memory: noise is estimated on it, since calibration knows its values by name. Tiles and stored values have
    /// the same levels and noise.
    /// </param>
    /// <param name="calibration">Sizes of values.</param>
    public static PlanFigures Of(PlanInput input, ProgramPlan plan, ProgramPlan free, PlanCalibration calibration)
    {
        var planned = plan.Program;
        var largest = LargestRangeOf(planned);
        var levels = input.Levels(largest);
        var needed = ProgramKeys.Of(planned, levels);
        var keys = KeyFolderRequest.RequestFor(needed).Plan(input.Parameters);
        var bootstrapping = largest is { } range ? new BootstrappingPlan(input.Parameters, range: range) : null;
        var noise = new InstructionNoise(levels, bootstrapping);
        var estimates = new NoiseEstimate(
            noise, free.Program, calibration.Statistics, input.Model.Constants(calibration.LastStep, calibration.LastLearningRate))
            .Estimate();
        return new PlanFigures(
            plan, new EagerPlacement().Place(plan.Schedule.Problem).Schedule, PartsOf(plan.Schedule, input.Costs, estimates, SignalChoice.Of(input, free.Program)),
            OperationsOf(plan.Schedule, input.Costs),
            [
                .. planned.Instructions.GroupBy(instruction => instruction.GetType().Name).Select(group => (group.Key, group.Count()))
                    .OrderByDescending(kind => kind.Item2),
            ],
            keys, planned.Inputs.Sum(value => value.Count),
            planned.Inputs.Sum(value => value.Count * input.Costs.VectorBytes(planned.Levels!.Inputs[value.Name])),
            new MemoryBudget(input.Costs, levels, 0).PartsOf(plan));
    }

    /// <summary>The largest range that a program bootstraps within, or null if it does not.</summary>
    public static double? LargestRangeOf(EncryptedProgram planned)
    {
        var refreshes = planned.Instructions.OfType<RefreshInstruction>().Where(refresh => refresh.Method == RefreshMethod.Bootstrap).ToArray();
        return refreshes.Length == 0 ? null : refreshes.SelectMany(refresh => refresh.Ranges).Max();
    }

    private static List<PlanPart> PartsOf(
        LevelSchedule schedule, ParameterCosts costs, IReadOnlyDictionary<Value, GroupEstimate> estimates,
        SignalChoice signal)
    {
        var (problem, program) = (schedule.Problem, schedule.Problem.Program);
        var vectors = problem.Dependencies.Values.Where((_, i) => schedule.Refreshed.Contains(i)).ToArray();
        var total = Math.Max(1, vectors.Sum(value => value.Count));
        var refreshed = vectors.GroupBy(value => ProgramParts.Of(value.Name))
            .ToDictionary(group => group.Key, group => group.Sum(value => value.Count));
        var signals = estimates.Where(pair => pair.Value is { Rms: > 0, Error: > 0 } && signal.Counts(pair.Key))
            .Select(pair => (pair.Key.Name, Bits: Math.Log2(signal.SizeOf(pair.Key, pair.Value.Rms) / pair.Value.Error)))
            .GroupBy(pair => ProgramParts.Of(pair.Name)).ToDictionary(group => group.Key, group => group.MinBy(pair => pair.Bits));
        var parts = new List<PlanPart>();
        var numbered = program.Instructions.Select((instruction, i) => (instruction, i));
        foreach (var part in numbered.GroupBy(pair => ProgramParts.Of(pair.instruction.Results[0].Name)))
        {
            var levels = part.Select(pair => schedule.InstructionLevels[pair.i]).ToArray();
            var seconds = part.Sum(
                pair => costs.Milliseconds(pair.instruction, program.Grid, schedule.InstructionLevels[pair.i])) / 1000;
            var own = refreshed.GetValueOrDefault(part.Key);
            var noisiest = signals.TryGetValue(part.Key, out var least) ? least : default;
            parts.Add(new PlanPart(
                part.Key, part.Count(), (levels.Min(), levels.Max()), own, seconds, schedule.RefreshMilliseconds / 1000 * own / total,
                noisiest.Name is null ? null : noisiest.Bits, noisiest.Name ?? ""));
        }
        return parts;
    }

    private static List<(EngineOperation Operation, long Count, double Seconds)> OperationsOf(LevelSchedule schedule, ParameterCosts costs)
    {
        var program = schedule.Problem.Program;
        var found = new Dictionary<EngineOperation, (long Count, double Milliseconds)>();
        for (var i = 0; i < program.Instructions.Count; i++)
        {
            foreach (var ((operation, below), count) in OperationCounts.Of(program.Instructions[i], program.Grid).ByLevel)
                Add(operation, count, count * costs.Milliseconds(operation, schedule.InstructionLevels[i] - below));
        }
        Add(
            schedule.Problem.Method == RefreshMethod.Bootstrap ? EngineOperation.Bootstrap : EngineOperation.ClientRefresh,
            schedule.RefreshCount, schedule.RefreshMilliseconds);
        return [.. found.Select(pair => (pair.Key, pair.Value.Count, pair.Value.Milliseconds / 1000)).OrderByDescending(entry => entry.Item3)];

        void Add(EngineOperation operation, long count, double milliseconds)
        {
            var known = found.GetValueOrDefault(operation);
            found[operation] = (known.Count + count, known.Milliseconds + milliseconds);
        }
    }
}

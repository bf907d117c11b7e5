using Crammed.Cli.Configuration;
using Crammed.Cli.Settings;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Planning;

namespace Crammed.Cli.Commands.Plan;

/// <summary>Plans a model's programs: the training step's figures, and the evaluation program.</summary>
/// <param name="settings">How it is searched.</param>
/// <param name="memory">Memory that a run may take, in GiB; null: whatever it needs.</param>
/// <param name="input">What is planned.</param>
/// <param name="calibration">Sizes of values.</param>
/// <param name="watch">Told of the search.</param>
internal sealed class Planner(
    PlanningSettings settings, double? memory, PlanInput input, PlanCalibration calibration, PlanningWatch watch)
{
    /// <summary>A refresh's range is at least this times what was seen.</summary>
    private const double RangeMargin = 1.5;

    /// <summary>
    /// A plan without regard to memory or, where 'he.memory' is given, one that trades seconds for it as far as it must, if there is one that
    /// fits.
    /// </summary>
    public PlanFigures Training()
    {
        var free = Plan(input.Programs.Training, Placement(), null);
        var figures = PlanFigures.Of(input, free, free, calibration);
        if (BudgetOf(figures.LargestRange) is not { } budget)
            return figures;
        try
        {
            return PlanFigures.Of(input, Plan(input.Programs.Training, new KnownPlacement(free), budget), free, calibration);
        }
        catch (MemoryBudgetException)
        {
            // Refused with what the plan takes that is free to take it.
            return figures;
        }
    }

    /// <summary>The evaluation program's plan, in the same memory.</summary>
    /// <param name="training">That of training, which takes more.</param>
    public ProgramPlan Evaluation(PlanFigures training) =>
        Plan(input.Programs.Evaluation, Placement(), BudgetOf(training.LargestRange));

    /// <summary>The budget of 'he.memory'.</summary>
    public long? BudgetBytes => memory is { } gibibytes ? (long)(gibibytes * (1L << 30)) : null;

    private MemoryBudget? BudgetOf(double? largestRange) =>
        BudgetBytes is { } bytes ? new MemoryBudget(input.Costs, input.Levels(largestRange), bytes) : null;

    private IRefreshPlacement Placement()
    {
        var search = new LocalSearchPlacement(settings.Search, settings.Seed) { Watch = watch };
        return settings.SolverSeconds > 0
            ? new IntegerProgramPlacement(TimeSpan.FromSeconds(settings.SolverSeconds), start: search)
            : search;
    }

    private ProgramPlan Plan(EncryptedProgram program, IRefreshPlacement placement, MemoryBudget? memory)
    {
        try
        {
            var plan = ProgramPlan.Create(
                program, input.Costs, placement,
                new PlanOptions(calibration.Bounds, RangeMargin, input.Method, StateLevels(program), Memory: memory) { Watch = watch });
            return memory is null
                ? MemoryBudget.Unbounded(plan, input.Costs, input.Levels(PlanFigures.LargestRangeOf(plan.Program)))
                : plan;
        }
        catch (InvalidOperationException exception) when (exception is not MemoryBudgetException)
        {
            throw new ConfigurationException(
                $"under {input.Parameters.Name} the program cannot be planned: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Parameters and moments come back refreshed, so that the next step begins where this one did; those that come back as they were given
    /// stand where they did anyway.
    /// </summary>
    private Dictionary<string, int> StateLevels(EncryptedProgram program)
    {
        var given = program.Inputs.Select(value => value.Name).ToHashSet();
        return program.Outputs.Where(output => given.Contains(output.Key) && !program.Inputs.Contains(output.Value))
            .ToDictionary(output => output.Key, _ => input.Costs.RefreshedLevel);
    }

    /// <summary>That of a plan without regard to memory.</summary>
    private sealed class KnownPlacement(ProgramPlan free) : IRefreshPlacement
    {
        public Placement Place(RefreshProblem problem) => new(free.Schedule, free.PlacementNotes);
    }
}

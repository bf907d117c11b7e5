using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Planned programs run with their levels checked and give what the unplanned ones give.</summary>
[TestFixture]
public sealed class ProgramPlanTests
{
    private const int RefreshedLevel = 5;

    private static readonly SyntheticCosts Costs = new(RefreshedLevel, Bootstrap: 200);

    /// <summary>
    /// Refreshing and lowering do nothing to clear slots, and the order within a sum stays: outputs are equal to the last bit.
    /// </summary>
    [Test]
    public void A_planned_program_gives_the_outputs_of_the_unplanned_one_with_its_levels_checked([Range(1, 60)] int seed)
    {
        var random = RandomProgram.Create(seed, instructions: 10 + seed % 30);
        IRefreshPlacement placement = seed % 2 == 0 ? new EagerPlacement() : new LocalSearchPlacement(evaluations: 500);
        var plan = ProgramPlan.Create(random.Program, Costs, placement, new PlanOptions(random.Bounds));
        var backend = new ClearGroups(random.Program.Grid.SlotCount, RefreshedLevel);
        var levels = LevelFollower.LevelsOf(plan.Program);
        var outputs = random.Run(
            plan.Program, backend, name => plan.Program.Levels!.Inputs[name],
            (_, value, vectors) => Assert.That(vectors.Select(vector => vector.Level), Is.All.EqualTo(levels[value]), value.Name));
        var expected = random.RunUnplanned();
        Assert.That(outputs.Keys, Is.EquivalentTo(expected.Keys));
        foreach (var (name, vectors) in expected)
            Assert.That(outputs[name], Is.EqualTo(vectors), name);
    }

    /// <summary>Once asked to, planning stops: in the search for refreshes at the first report, in that for memory between two steps.</summary>
    [Test]
    public void Planning_stops_when_it_is_asked_to([Values] bool inSearch)
    {
        var random = RandomProgram.Create(7, instructions: 30);
        using var stopping = new CancellationTokenSource();
        IRefreshPlacement placement = inSearch
            ? new LocalSearchPlacement(evaluations: 500) { Watch = new PlanningWatch(Cancellation: stopping.Token) }
            : new EagerPlacement();
        var options = new PlanOptions(random.Bounds, WorkingBytes: _ => 1)
        {
            Watch = new PlanningWatch(Cancellation: stopping.Token),
        };
        stopping.Cancel();
        Assert.That(
            () => ProgramPlan.Create(random.Program, Costs, placement, options), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>
    /// Milliseconds of the planned instructions at their levels are those of the schedule, of what lowers values, and of vectors that share
    /// no bootstrap in a run because their ranges are too far apart.
    /// </summary>
    [Test]
    public void A_plan_costs_what_its_schedule_says([Range(1, 30)] int seed)
    {
        var random = RandomProgram.Create(seed, instructions: 30);
        var plan = ProgramPlan.Create(random.Program, Costs, new LocalSearchPlacement(evaluations: 500), new PlanOptions(random.Bounds));
        var levels = LevelFollower.LevelsOf(plan.Program);
        var milliseconds = plan.Program.Instructions.Sum(instruction =>
            Costs.Milliseconds(instruction, plan.Program.Grid, instruction.Operands.Count == 0 ? 0 : levels[instruction.Operands[0]]));
        var lowering = plan.Program.Instructions.OfType<Lower>().Sum(lower => lower.Result.Count
            * new[] { EngineOperation.ScalarProduct, EngineOperation.Rescale }.Sum(part => Costs.Milliseconds(part, lower.Level + 1)));
        Assert.That(milliseconds, Is.EqualTo(plan.Milliseconds));
        var bootstraps = plan.Program.Instructions.OfType<Refresh>().Sum(refresh => RefreshPairs.Of(
            [.. refresh.Sources.Zip(refresh.Ranges).SelectMany(pair => Enumerable.Repeat(pair.Second, pair.First.Count))]).Count);
        Assert.That(bootstraps, Is.GreaterThanOrEqualTo(plan.Schedule.RefreshCount));
        Assert.That(
            milliseconds,
            Is.EqualTo(plan.Schedule.Milliseconds + lowering + (bootstraps - plan.Schedule.RefreshCount) * Costs.Bootstrap));
    }

    /// <summary>What lives is counted anew after each instruction, from who is read later.</summary>
    [Test]
    public void The_peak_is_that_of_what_is_still_read([Range(1, 30)] int seed)
    {
        var random = RandomProgram.Create(seed, instructions: 25);
        var plan = ProgramPlan.Create(random.Program, Costs, new EagerPlacement(), new PlanOptions(random.Bounds));
        var levels = LevelFollower.LevelsOf(plan.Program);
        var instructions = plan.Program.Instructions.Where(instruction => instruction is not Free).ToArray();
        var peak = plan.Program.Inputs.Sum(input => input.Count * Costs.VectorBytes(levels[input]));
        for (var i = 0; i < instructions.Length; i++)
        {
            var made = plan.Program.Inputs.Concat(instructions.Take(i + 1).SelectMany(instruction => instruction.Results));
            var read = instructions.Skip(i).SelectMany(instruction => instruction.Operands).Concat(plan.Program.Outputs.Values)
                .Concat(instructions[i].Results).ToHashSet();
            var storages = made.Where(read.Contains).SelectMany(value => StoragesOf(value, instructions)).Distinct();
            peak = Math.Max(peak, storages.Sum(value => value.Count * Costs.VectorBytes(levels[value])));
        }
        Assert.That(plan.Memory.PeakBytes, Is.EqualTo(peak));
        Assert.That(plan.Memory.Live.Sum(value => value.Bytes), Is.EqualTo(peak));
    }

    /// <summary>A group is made once, freed once, after its last reader, unless it is an output.</summary>
    [Test]
    public void Every_value_is_freed_once_after_its_last_reader([Range(1, 20)] int seed)
    {
        var random = RandomProgram.Create(seed, instructions: 25);
        var plan = ProgramPlan.Create(random.Program, Costs, new EagerPlacement(), new PlanOptions(random.Bounds));
        var alive = plan.Program.Inputs.ToHashSet();
        foreach (var instruction in plan.Program.Instructions)
        {
            Assert.That(instruction.Operands, Is.SubsetOf(alive));
            foreach (var result in instruction.Results)
                Assert.That(alive.Add(result));
            if (instruction is Free free)
                alive.Remove(free.Operand);
        }
        Assert.That(alive, Is.EquivalentTo(plan.Program.Outputs.Values.Distinct()));
    }

    /// <summary>The second time from the copy, if nothing reads the value at its own level any more.</summary>
    [Test]
    public void A_value_that_is_read_at_two_lower_levels_is_lowered_once_to_each()
    {
        var program = new ProgramBuilder(SyntheticPrograms.Grid);
        var x = program.Input("x");
        var square = program.Multiply("square", [], x, x);
        var fourth = program.Multiply("fourth", [], square, square);
        var sixth = program.Multiply("sixth", [], fourth, square);
        program.Output("y", program.Multiply("seventh", [], sixth, x));
        program.Output("z", program.Multiply("cube", [], square, x));
        program.Output("w", program.Sum("sum", [], ProgramBuilder.Term(x), ProgramBuilder.Term(sixth)));
        var plan = ProgramPlan.Create(program.Build(), Costs, new EagerPlacement(), new PlanOptions(new Dictionary<string, double>()));
        var lowered = plan.Program.Instructions.OfType<Lower>().Select(lower => (lower.Operand.Name, lower.Level));
        Assert.That(lowered, Is.EquivalentTo(new[] { ("x", 1), ("x.level1", 0), ("square", 2), ("square.level2", 1), ("sixth", 0) }));
    }

    /// <summary>Three lone chains that are out of levels together: two share a bootstrap, whose instruction has two sources.</summary>
    [Test]
    public void Lone_values_that_may_share_a_bootstrap_are_refreshed_by_one_instruction()
    {
        var program = new ProgramBuilder(SyntheticPrograms.Grid);
        for (var chain = 0; chain < 3; chain++)
        {
            var value = program.Input($"x{chain}");
            for (var i = 0; i < 7; i++)
                value = program.Multiply($"chain{chain}", [], value, value);
            program.Output($"y{chain}", value);
        }
        var bounds = Enumerable.Range(0, 3).ToDictionary(chain => $"chain{chain}_5", _ => 3.0);
        var plan = ProgramPlan.Create(program.Build(), Costs, new EagerPlacement(), new PlanOptions(bounds, RangeMargin: 1.5));
        Assert.That(plan.Program.Instructions.OfType<Refresh>().Select(refresh => refresh.Sources.Count), Is.EquivalentTo(new[] { 2, 1 }));
        Assert.That(plan.Program.Instructions.OfType<Refresh>().SelectMany(refresh => refresh.Ranges), Is.All.EqualTo(8));
        Assert.That(plan.Schedule.RefreshCount, Is.EqualTo(2));
        Assert.That(
            () => ProgramPlan.Create(program.Build(), Costs, new EagerPlacement(), new PlanOptions(new Dictionary<string, double>())),
            Throws.ArgumentException.With.Message.Matches("no bound is known of chain[0-2]_5, which is refreshed: calibrate the program"));
    }

    /// <summary>A pair waits for a later one as long as nothing reads it, and two pairs fill a call.</summary>
    [Test]
    public void Bootstraps_that_may_wait_are_made_with_later_ones()
    {
        Value[] x = [.. Enumerable.Range(0, 8).Select(i => new Value($"x{i}", []))], y = [.. x.Select(value => new Value($"{value.Name}.refreshed", []))];
        var sum = new Value("sum", []);
        var program = new EncryptedProgram(
            SyntheticPrograms.Grid, [.. x],
            [
                Pair(0), Pair(2), new Sum(sum, [new SumTerm(y[2][[]], 1, [])], []), Pair(4), Pair(6),
            ],
            new Dictionary<string, Value> { ["sum"] = sum, ["a"] = y[0], ["b"] = y[4], ["c"] = y[6] });
        var grouped = RefreshGrouping.Run(program);
        Assert.That(grouped.Summary, Is.EqualTo("calls of bootstraps: 4 to 2"));
        Assert.That(
            grouped.Program.Instructions.Select(instruction => instruction.Operands.Count), Is.EqualTo(new[] { 4, 1, 4 }),
            "the first waits for the second, which is read; the third for the fourth");
        var early = (Refresh)grouped.Program.Instructions[0];
        Assert.That(early.Refreshed, Is.EqualTo(y[..4]));
        Assert.That(early.Sources, Is.EqualTo(x[..4]));

        Refresh Pair(int first) => new(
            [y[first], y[first + 1]], [x[first], x[first + 1]], [1, 1], RefreshMethod.Bootstrap);
    }

    [TestCase(1, 1, 1)]
    [TestCase(1.0000001, 1, 2)]
    [TestCase(0.3, 1, 0.5)]
    [TestCase(0.25, 1, 0.25)]
    [TestCase(0.25, 1.25, 0.5)]
    [TestCase(1e-8, 1, 1.4901161193847656e-8)]
    public void A_range_is_the_power_of_two_at_or_above_the_bound_times_the_margin(double bound, double margin, double range)
    {
        var problem = new RefreshProblem(SyntheticPrograms.Chain(RefreshedLevel + 1), Costs);
        var schedule = new EagerPlacement().Place(problem).Schedule;
        var name = problem.Dependencies.Values[schedule.Refreshed[0]].Name;
        var refreshing = RefreshInsertion.Run(schedule, new Dictionary<string, double> { [name] = bound }, margin).Program;
        Assert.That(refreshing.Instructions.OfType<Refresh>().Single().Ranges[0], Is.EqualTo(range));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void A_bound_that_is_no_positive_number_is_refused(double bound)
    {
        var problem = new RefreshProblem(SyntheticPrograms.Chain(RefreshedLevel + 1), Costs);
        var schedule = new EagerPlacement().Place(problem).Schedule;
        var bounds = problem.Dependencies.Values.ToDictionary(value => value.Name, _ => bound);
        Assert.That(
            () => RefreshInsertion.Run(schedule, bounds),
            Throws.ArgumentException.With.Message.Contains("calibrate on steps where it is a positive"));
    }

    [Test]
    public void Dead_code_is_dropped_and_inputs_stay()
    {
        var program = new ProgramBuilder(SyntheticPrograms.Grid);
        var (x, unread) = (program.Input("x"), program.Input("unread"));
        var kept = program.Multiply("kept", [], x, x);
        program.Multiply("dead", [], program.Multiply("read by dead", [], kept, unread), x);
        program.Output("y", kept);
        var result = DeadCodeElimination.Run(program.Build());
        Assert.That(result.Program.Instructions.Single().Results[0], Is.SameAs(kept));
        Assert.That(result.Program.Inputs, Has.Count.EqualTo(2));
        Assert.That(result.Summary, Is.EqualTo("dead code: 2 of 3 instructions dropped; no output depends on the inputs unread"));
    }

    /// <summary>Wide values whose sums are all that is read later: made first, they all live together.</summary>
    [Test]
    public void Wide_values_are_made_when_they_are_read()
    {
        var program = new ProgramBuilder(SyntheticPrograms.Grid);
        var column = new Axis("column", 48);
        var x = program.Input("x");
        var wide = Enumerable.Range(0, 8).Select(i => program.Rotate($"wide{i}", [column], x[[]], column * (i + 1))).ToArray();
        var sums = wide.Select(value => program.Sum("sum", [], ProgramBuilder.Term(value[column], 1, column))).ToArray();
        program.Output("y", program.Sum("total", [], [.. sums.Select(sum => ProgramBuilder.Term(sum))]));
        var plan = ProgramPlan.Create(program.Build(), Costs, new EagerPlacement(), new PlanOptions(new Dictionary<string, double>()));
        Assert.That(plan.Memory.PeakBytes, Is.LessThan(2 * 48 * Costs.VectorBytes(0)));
        Assert.That(plan.Log, Has.Some.StartsWith("order: values as late as possible"));
    }

    [Test]
    public void Levels_that_are_not_exact_are_named()
    {
        var program = SyntheticPrograms.Chain(2) with { Levels = new ProgramLevels(5, new Dictionary<string, int> { ["x"] = 1 }) };
        Assert.That(
            () => LevelFollower.LevelsOf(program),
            Throws.ArgumentException.With.Message.EqualTo("square_2: Products takes 1 levels, 0 are left"));
        Assert.That(
            () => LevelFollower.LevelsOf(program with { Levels = null }), Throws.ArgumentException.With.Message.Contains("not planned"));
    }

    private static IEnumerable<Value> StoragesOf(Value value, IReadOnlyList<Instruction> instructions) =>
        instructions.OfType<Join>().FirstOrDefault(join => join.Result == value) is { } joined
            ? joined.Parts.SelectMany(part => StoragesOf(part, instructions))
            : [value];
}

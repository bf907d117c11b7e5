using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Levels and costs of sets of refreshed values, against enumeration.</summary>
[TestFixture]
public sealed class LevelScheduleTests
{
    /// <summary>No assignment of levels that the rules allow is cheaper than the schedule's, which the rules allow.</summary>
    [Test]
    public void A_schedule_is_the_cheapest_of_all_assignments_of_levels([Range(1, 30)] int seed)
    {
        var program = RandomProgram.Create(seed, instructions: 4, deepest: 2).Program;
        var problem = new RefreshProblem(program, new SyntheticCosts(RefreshedLevel: 3, Bootstrap: 40));
        var scheduler = new LevelScheduler(problem);
        var random = new Random(seed);
        for (var round = 0; round < 10; round++)
        {
            var refreshed = problem.Dependencies.Values.Select(_ => random.Next(3) == 0).ToArray();
            var best = CheapestByEnumeration(problem, refreshed);
            var found = scheduler.Milliseconds(refreshed);
            var refreshes = double.IsFinite(found) ? scheduler.Schedule(refreshed).RefreshMilliseconds : 0;
            Assert.That(found - refreshes, Is.EqualTo(best));
        }
    }

    [Test]
    public void What_lacks_levels_is_named()
    {
        var problem = new RefreshProblem(SyntheticPrograms.Chain(5), new SyntheticCosts(3, 40));
        var scheduler = new LevelScheduler(problem);
        var refreshed = new bool[problem.Dependencies.Values.Count];
        Assert.That(scheduler.Milliseconds(refreshed), Is.EqualTo(double.PositiveInfinity));
        Assert.That(
            () => scheduler.Schedule(refreshed),
            Throws.InvalidOperationException.With.Message.Contains("square_2: Products would have to run at level 4"));
        refreshed[3] = true;
        Assert.That(scheduler.Schedule(refreshed).InstructionLevels, Is.EqualTo(new[] { 3, 2, 1, 2, 1 }));
        Assert.That(scheduler.Schedule(refreshed).ValueLevels, Is.EqualTo(new[] { 3, 2, 1, 0, 1, 0 }));
    }

    /// <summary>An output may be asked for at a level, for the next run takes it as an input.</summary>
    [Test]
    public void Outputs_stand_at_the_level_that_is_asked_for()
    {
        var problem = new RefreshProblem(
            SyntheticPrograms.Chain(2), new SyntheticCosts(5, 40), outputLevels: new Dictionary<string, int> { ["y"] = 3 });
        var scheduler = new LevelScheduler(problem);
        Assert.That(scheduler.Schedule(new bool[3]).InstructionLevels, Is.EqualTo(new[] { 5, 4 }));
        Assert.That(scheduler.Schedule([false, false, true]).InstructionLevels, Is.EqualTo(new[] { 2, 1 }));
        Assert.That(
            () => new RefreshProblem(
                SyntheticPrograms.Chain(2), new SyntheticCosts(5, 40), outputLevels: new Dictionary<string, int> { ["y"] = 6 }),
            Throws.ArgumentException.With.Message.Contains("output y is asked for at level 6 of 0 to 5"));
    }

    /// <summary>The number of bootstraps is that of the vectors less a maximum matching of independent ones, found by trying all.</summary>
    [Test]
    public void Lone_vectors_take_as_few_bootstraps_as_any_pairing([Range(1, 200)] int seed)
    {
        var dependencies = new ProgramDependencies(RandomProgram.Create(seed, instructions: 14, deepest: 2).Program);
        var random = new Random(seed);
        var vectors = Enumerable.Range(0, dependencies.Values.Count).Where(_ => random.Next(5) < 2).Take(11).ToArray();
        var slots = RefreshPairing.Slots(vectors, dependencies);
        Assert.That(slots.Count, Is.EqualTo(vectors.Length - LargestMatching([.. vectors], dependencies)));
        Assert.That(slots.SelectMany(Members), Is.EquivalentTo(vectors));
        for (var i = 0; i < slots.Count; i++)
        {
            foreach (var value in Members(slots[i]))
                Assert.That(slots.Take(i + 1).SelectMany(Members).Where(earlier => dependencies.DependsOn(earlier, value)), Is.Empty);
        }

        static int[] Members((int First, int? Second) slot) => slot.Second is { } second ? [slot.First, second] : [slot.First];
    }

    /// <summary>Partners are exchanged for nearer ranges: as many pairs of the same vectors, in some order, lifted no further.</summary>
    [Test]
    public void Vectors_of_near_ranges_share_bootstraps([Range(1, 60)] int seed)
    {
        var dependencies = new ProgramDependencies(RandomProgram.Create(seed, instructions: 20, deepest: 2).Program);
        var random = new Random(seed);
        var vectors = Enumerable.Range(0, dependencies.Values.Count).Where(_ => random.Next(5) < 3).ToArray();
        var ranges = vectors.ToDictionary(vector => vector, _ => (double)random.Next(-6, 7));
        var slots = RefreshPairing.Slots(vectors, dependencies);
        var nearer = new NearRangePairing(vector => ranges[vector], dependencies).Improve(slots);
        Assert.That(nearer.SelectMany(Members), Is.EquivalentTo(vectors));
        Assert.That(nearer.Count(slot => slot.Second is not null), Is.EqualTo(slots.Count(slot => slot.Second is not null)));
        Assert.That(Lifts(nearer), Is.LessThanOrEqualTo(Lifts(slots)));
        // Members whose sources are there are refreshed, until all are.
        var left = nearer.ToList();
        while (left.Count > 0)
        {
            var next = left.FindIndex(slot => !Members(slot).Any(value => left.Where(other => other != slot).SelectMany(Members)
                .Concat(Members(slot).Where(other => other != value)).Any(other => dependencies.DependsOn(value, other))));
            Assert.That(next, Is.GreaterThanOrEqualTo(0), "no order is left");
            left.RemoveAt(next);
        }

        double Lifts(IEnumerable<(int First, int? Second)> pairs) =>
            pairs.Sum(pair => pair.Second is { } second ? Math.Abs(ranges[pair.First] - ranges[second]) : 0);

        static int[] Members((int First, int? Second) slot) => slot.Second is { } second ? [slot.First, second] : [slot.First];
    }

    [Test]
    public void Equal_ranges_find_each_other()
    {
        var program = new ProgramBuilder(SyntheticPrograms.Grid);
        Value[] inputs = [.. new[] { "a", "b", "c", "d" }.Select(name => program.Input(name))];
        program.Output("sum", program.Sum("sum", [], [.. inputs.Select(input => ProgramBuilder.Term(input))]));
        var dependencies = new ProgramDependencies(program.Build());
        var vectors = Enumerable.Range(0, 4).ToArray();
        var nearer = new NearRangePairing(vector => 10 * (vector % 2), dependencies).Improve([(0, 1), (2, 3)]);
        Assert.That(nearer, Has.All.Matches<(int First, int? Second)>(pair => pair.First % 2 == pair.Second % 2));
        Assert.That(vectors, Is.EquivalentTo(nearer.SelectMany(pair => new[] { pair.First, pair.Second!.Value })));
    }

    [Test]
    public void A_planned_program_is_refused()
    {
        var program = SyntheticPrograms.Chain(1);
        var planned = program with { Instructions = [.. program.Instructions, new Free(program.Inputs[0])] };
        Assert.That(
            () => new RefreshProblem(planned, new SyntheticCosts(3, 40)),
            Throws.ArgumentException.With.Message.Contains("planned already"));
    }

    [Test]
    public void An_instruction_deeper_than_a_refreshed_value_is_named()
    {
        var program = new ProgramBuilder(SyntheticPrograms.Grid);
        var polynomial = new Approximation.ChebyshevPolynomial(new Approximation.Interval(0, 1), Enumerable.Repeat(1.0, 16));
        program.Polynomial("kernel", program.Input("x"), "f", polynomial);
        Assert.That(
            () => new RefreshProblem(program.Build(), new SyntheticCosts(4, 40)),
            Throws.ArgumentException.With.Message.EqualTo("kernel: PolynomialOf takes 5 levels, a refreshed value has 4"));
    }

    private static int LargestMatching(List<int> vectors, ProgramDependencies dependencies)
    {
        if (vectors.Count < 2)
            return 0;
        var (first, rest) = (vectors[^1], vectors[..^1]);
        var best = LargestMatching(rest, dependencies);
        foreach (var second in rest.Where(second => !dependencies.DependsOn(first, second) && !dependencies.DependsOn(second, first)))
            best = Math.Max(best, 1 + LargestMatching([.. rest.Where(vector => vector != second)], dependencies));
        return best;
    }

    /// <summary>
    /// Tries all levels of all instructions; what an instruction reads stands at its level or above, or is a refreshed copy.
    /// </summary>
    private static double CheapestByEnumeration(RefreshProblem problem, bool[] refreshed)
    {
        var (dependencies, best) = (problem.Dependencies, double.PositiveInfinity);
        var levels = new int[dependencies.InstructionCount];
        Try(0, 0);
        return best;

        void Try(int instruction, double milliseconds)
        {
            if (instruction == levels.Length)
            {
                if (milliseconds < best && dependencies.Outputs.All(output => refreshed[output] || Stands(output) >= 0))
                    best = milliseconds;
                return;
            }
            for (levels[instruction] = problem.Depths[instruction]; levels[instruction] <= problem.RefreshedLevel; levels[instruction]++)
            {
                var allowed = true;
                foreach (var operand in dependencies.Operands(instruction))
                    allowed &= refreshed[operand] || Stands(operand) >= levels[instruction];
                if (allowed)
                    Try(instruction + 1, milliseconds + problem.Milliseconds(instruction, levels[instruction]));
            }
        }

        int Stands(int value) => dependencies.Producer(value) is >= 0 and var producer
            ? levels[producer] - problem.Depths[producer]
            : problem.RefreshedLevel;
    }
}

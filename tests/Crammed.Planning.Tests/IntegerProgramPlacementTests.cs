using System.Diagnostics;
using Crammed.Ckks;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tests.Planning;

namespace Crammed.Planning.Tests;

/// <summary>The solver's placements against all there are, and against the local search where those are too many.</summary>
[TestFixture]
public sealed class IntegerProgramPlacementTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>From the baseline, so that the solver has something to do. Costs are whole milliseconds: the optimum is exact.</summary>
    [Test]
    public void The_solver_finds_the_optimum_of_small_programs([Range(1, 40)] int seed)
    {
        var problem = SmallProblem(seed);
        var placement = new IntegerProgramPlacement(Minute, workers: 1, new EagerPlacement()).Place(problem);
        Assert.That(placement.Schedule.Milliseconds, Is.EqualTo(BruteForce.CheapestMilliseconds(problem)));
        Assert.That(placement.Notes[^1], Does.Contain("; optimal, at least").And.Contain("gap 0.00 %"));
    }

    /// <summary>
    /// Vectors refreshed by the key holder share nothing; an output that is asked for at a level may be refreshed for that.
    /// </summary>
    [Test]
    public void The_solver_knows_the_key_holder_and_the_outputs_levels([Range(1, 20)] int seed)
    {
        var program = SmallProblem(seed).Program;
        var levels = program.Outputs.Keys.ToDictionary(name => name, _ => 2);
        var problem = new RefreshProblem(program, new SyntheticCosts(RefreshedLevel: 3, Bootstrap: 100), RefreshMethod.Client, levels);
        var placement = new IntegerProgramPlacement(Minute, workers: 1, new EagerPlacement()).Place(problem);
        Assert.That(placement.Schedule.Milliseconds, Is.EqualTo(BruteForce.CheapestMilliseconds(problem)));
    }

    [TestCase(4)]
    [TestCase(12)]
    [TestCase(30)]
    public void Forward_and_backward_passes_of_hundreds_of_groups_are_solved(int layers)
    {
        var problem = new RefreshProblem(SyntheticPrograms.ForwardAndBackward(layers), new SyntheticCosts(15, Bootstrap: 20_000));
        var clock = Stopwatch.StartNew();
        var search = new LocalSearchPlacement(evaluations: 20_000);
        var placement = new IntegerProgramPlacement(TimeSpan.FromSeconds(5), workers: 8, search).Place(problem);
        TestContext.Out.WriteLine($"{problem.Depths.Count} groups, {clock.Elapsed.TotalSeconds:F1} s");
        TestContext.Out.WriteLine(string.Join('\n', placement.Notes));
        Assert.That(placement.Schedule.Milliseconds, Is.LessThanOrEqualTo(search.Place(problem).Schedule.Milliseconds));
    }

    /// <summary>Two layers of width 768 under the parameters and costs of a real run: the optimum is known in moments.</summary>
    [Test]
    public void Two_layers_under_measured_costs_are_solved()
    {
        var costs = new ParameterCosts(CostTableText.Include("avx512"), CkksParameters.Create(NamedParameters.N16QP1746Bootstrapping));
        var problem = new RefreshProblem(SyntheticPrograms.ForwardAndBackward(2), costs);
        var placement = new IntegerProgramPlacement(Minute).Place(problem);
        TestContext.Out.WriteLine(string.Join('\n', placement.Notes));
        Assert.That(placement.Notes[^1], Does.Contain("; optimal, at least"));
        Assert.That(placement.Schedule.Milliseconds, Is.LessThanOrEqualTo(new EagerPlacement().Place(problem).Schedule.Milliseconds));
    }

    [Test]
    public void Without_time_the_local_search_is_taken_and_a_note_says_so()
    {
        var problem = new RefreshProblem(SyntheticPrograms.ForwardAndBackward(30), new SyntheticCosts(15, Bootstrap: 20_000));
        var search = new LocalSearchPlacement(evaluations: 2_000);
        var placement = new IntegerProgramPlacement(TimeSpan.FromMilliseconds(1), workers: 8, search).Place(problem);
        Assert.That(placement.Schedule.Refreshed, Is.EqualTo(search.Place(problem).Schedule.Refreshed));
        Assert.That(placement.Notes[^1], Does.Contain("time is up"));
    }

    /// <summary>A plan with the solver's placement, from end to end.</summary>
    [Test]
    public void A_program_is_planned_by_the_solver()
    {
        var random = RandomProgram.Create(5, instructions: 25);
        var solver = new IntegerProgramPlacement(Minute, workers: 1);
        var plan = ProgramPlan.Create(random.Program, new SyntheticCosts(5, 200), solver, new PlanOptions(random.Bounds));
        TestContext.Out.WriteLine(string.Join('\n', plan.Log));
        Assert.That(() => LevelFollower.LevelsOf(plan.Program), Throws.Nothing);
        Assert.That(plan.Log, Has.Some.StartsWith("integer program: "));
    }

    private static RefreshProblem SmallProblem(int seed)
    {
        var program = RandomProgram.Create(seed, instructions: 9, deepest: 2).Program;
        for (var instructions = 8; new ProgramDependencies(program).Values.Count > 13; instructions--)
            program = RandomProgram.Create(seed, instructions, deepest: 2).Program;
        return new RefreshProblem(program, new SyntheticCosts(RefreshedLevel: 2 + seed % 3, Bootstrap: 30 + seed % 4 * 40));
    }
}

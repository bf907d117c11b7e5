using System.Diagnostics;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Placements against all sets of values there are, and on programs of the shapes that matter.</summary>
[TestFixture]
public sealed class RefreshPlacementTests
{
    [Test]
    public void Local_search_finds_the_optimum_of_small_programs_and_is_never_dearer_than_the_baseline([Range(1, 40)] int seed)
    {
        var problem = SmallProblem(seed);
        var optimum = BruteForce.CheapestMilliseconds(problem);
        var baseline = new EagerPlacement().Place(problem).Schedule.Milliseconds;
        var search = new LocalSearchPlacement(evaluations: 20_000).Place(problem).Schedule.Milliseconds;
        Assert.That(baseline, Is.GreaterThanOrEqualTo(optimum));
        Assert.That(search, Is.EqualTo(optimum));
    }

    [TestCase(4)]
    [TestCase(12)]
    public void Forward_values_that_are_read_late_are_refreshed_where_it_is_cheap(int layers)
    {
        var problem = new RefreshProblem(SyntheticPrograms.ForwardAndBackward(layers), new SyntheticCosts(15, Bootstrap: 20_000));
        var clock = Stopwatch.StartNew();
        var placement = new LocalSearchPlacement(evaluations: 20_000).Place(problem);
        TestContext.Out.WriteLine($"{problem.Depths.Count} groups, {clock.Elapsed.TotalSeconds:F1} s");
        TestContext.Out.WriteLine(string.Join('\n', placement.Notes));
        var baseline = new EagerPlacement().Place(problem).Schedule;
        Assert.That(placement.Schedule.Milliseconds, Is.LessThan(0.9 * baseline.Milliseconds));
        Assert.That(placement.Schedule.RefreshCount, Is.LessThan(baseline.RefreshCount));
    }

    [Test]
    public void The_same_seed_gives_the_same_placement()
    {
        var problem = new RefreshProblem(SyntheticPrograms.ForwardAndBackward(4), new SyntheticCosts(15, 20_000));
        var first = new LocalSearchPlacement(evaluations: 5_000, seed: 3).Place(problem);
        var second = new LocalSearchPlacement(evaluations: 5_000, seed: 3).Place(problem);
        Assert.That(second.Schedule.Refreshed, Is.EqualTo(first.Schedule.Refreshed));
        Assert.That(second.Notes, Is.EqualTo(first.Notes));
    }

    /// <summary>A chain of squares from level 3 at 3: after every third a refresh, but at the end; two chains share theirs.</summary>
    [Test]
    public void The_baseline_refreshes_what_is_out_of_levels()
    {
        var problem = new RefreshProblem(SyntheticPrograms.Chain(7), new SyntheticCosts(3, 40));
        Assert.That(new EagerPlacement().Place(problem).Schedule.Refreshed, Is.EqualTo(new[] { 3, 6 }));
    }

    [TestCase(48, 24)]
    [TestCase(49, 25)]
    [TestCase(1, 1)]
    public void Vectors_of_a_group_share_bootstraps_among_themselves(int vectors, int bootstraps)
    {
        var problem = new RefreshProblem(SyntheticPrograms.Chain(4, vectors), new SyntheticCosts(3, 40));
        Assert.That(new EagerPlacement().Place(problem).Schedule.RefreshCount, Is.EqualTo(bootstraps));
    }

    [Test]
    public void The_key_holder_refreshes_vector_by_vector()
    {
        var problem = new RefreshProblem(SyntheticPrograms.Chain(4, 5), new SyntheticCosts(3, 40), RefreshMethod.Client);
        Assert.That(new EagerPlacement().Place(problem).Schedule.RefreshCount, Is.EqualTo(5));
    }

    internal static RefreshProblem SmallProblem(int seed)
    {
        var program = RandomProgram.Create(seed, instructions: 9, deepest: 2).Program;
        for (var instructions = 8; new ProgramDependencies(program).Values.Count > 13; instructions--)
            program = RandomProgram.Create(seed, instructions, deepest: 2).Program;
        return new RefreshProblem(program, new SyntheticCosts(RefreshedLevel: 2 + seed % 3, Bootstrap: 30 + seed % 4 * 40));
    }
}

using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Tiled programs compute what they computed before.</summary>
[TestFixture]
internal sealed class TilingTests
{
    /// <summary>
    /// Only the order of sums changes: of tens of terms, each within 8 in size, so by a few 2^-48; products and polynomials after it, ten
    /// at most of slopes below 16, lift that to 2^-8 in the worst case of all signs alike, and in fact to no more than a part of 2^-30.
    /// </summary>
    private const double Rounding = 1e-9;

    private static readonly SyntheticCosts Costs = new(RefreshedLevel: 5, Bootstrap: 200);

    /// <summary>Every region that grows from a value of a random program, by two, three and as many tiles as there are points.</summary>
    [Test]
    public void Every_region_of_a_random_program_can_be_tiled([Range(1, 40)] int seed)
    {
        var random = RandomProgram.Create(seed, instructions: 20);
        var expected = random.RunUnplanned();
        var dependencies = new ProgramDependencies(random.Program);
        var before = Levelled(random.Program);
        var applied = 0;
        foreach (var value in dependencies.Values)
        {
            for (var axis = 0; axis < value.Axes.Count; axis++)
            {
                foreach (var (reach, tiles) in new[] { (1, 2), (2, 3), (9, 2), (9, value.Axes[axis].Size) })
                {
                    if (TileRegion.Grow(dependencies, value, axis, reach) is not { } region
                        || Tiling.Apply(before, region, tiles) is not { } tiled)
                        continue;
                    applied++;
                    Check(random, tiled.Program, expected, $"{value.Name} along {axis}, reach {reach}, {tiles} tiles");
                }
            }
        }
        TestContext.Out.WriteLine($"{applied} ways");
        Assert.That(applied, Is.GreaterThan(0));
    }

    /// <summary>Scores of a kernel: all three instructions go through the features together, and no rotation lives whole.</summary>
    [Test]
    public void Rotations_and_sums_over_features_are_tiled_in_step()
    {
        var builder = new ProgramBuilder(SyntheticPrograms.Grid);
        Axis giant = new("giant", 4), baby = new("baby", 3), feature = new("feature", 6);
        Value query = builder.Input("query", feature), key = builder.Input("key", feature);
        var queries = builder.Rotate("queries", [giant, feature], query[feature], giant * -8);
        var keys = builder.Rotate("keys", [baby, feature], key[feature], baby * 4);
        builder.Output(
            "scores", builder.SquaredDifferences("distances", [giant, baby], queries[giant, feature], keys[baby, feature], feature));
        var program = builder.Build();
        var dependencies = new ProgramDependencies(program);
        var region = TileRegion.Grow(dependencies, queries, axis: 1, reach: 1)!;
        Assert.That(region.Loops.Keys, Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(region.Loops[2].IsSummed);
        var tiled = Tiling.Apply(Levelled(program), region, 4)!.Value.Program;
        var rotated = tiled.Program.Instructions.OfType<Rotate>().ToArray();
        Assert.That(rotated.Select(rotate => rotate.Result.Axes[0].Size), Is.All.EqualTo(2), "two features of six in four tiles");
        var decompositions = rotated.Sum(rotate => OperationCounts.Of(rotate, program.Grid)[EngineOperation.Decomposition]);
        Assert.That(decompositions, Is.EqualTo(12), "as many as vectors of queries and keys, as before");
        var relinearized = tiled.Program.Instructions.Sum(
            instruction => OperationCounts.Of(instruction, program.Grid)[EngineOperation.Relinearization]);
        Assert.That(relinearized, Is.EqualTo(3 * 12), "each map once a tile");
    }

    /// <summary>A value that is read beside the region as well is joined; tiles along its second axis come in another order.</summary>
    [Test]
    public void What_others_read_is_joined_whatever_the_axis()
    {
        var builder = new ProgramBuilder(SyntheticPrograms.Grid);
        Axis row = new("row", 2), column = new("column", 3);
        var x = builder.Input("x", row, column);
        var doubled = builder.Sum("doubled", [row, column], ProgramBuilder.Term(x, 2));
        var first = builder.Sum("first", [row], ProgramBuilder.Term(doubled[row, 0]), ProgramBuilder.Term(doubled[row, 2], 3));
        builder.Output("first", first);
        var program = builder.Build();
        var dependencies = new ProgramDependencies(program);
        var region = TileRegion.Grow(dependencies, doubled, axis: 1, reach: 1)!;
        var tiled = Tiling.Apply(Levelled(program), region, 3)!.Value.Program;
        var joined = tiled.Program.Instructions.OfType<Join>().Single().Result;
        Assert.That(joined.Axes, Is.EqualTo(new[] { column, row }));
        var read = tiled.Program.Instructions.OfType<Sum>().Single(sum => sum.Result == first).Terms[1].Operand;
        Assert.That(read, Is.EqualTo(joined[2, row]));
    }

    /// <summary>
    /// A share of what the values of a plan took, with what instructions take besides: where that is possible the program runs within it
    /// and gives the same outputs; where it is not, the plan is refused.
    /// </summary>
    [TestCase(0.8, 25)]
    [TestCase(0.6, 10)]
    public void A_plan_keeps_to_its_budget_or_is_refused(double share, int fewest)
    {
        var fitting = 0;
        using var folder = new TemporaryFolder();
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = RandomProgram.Create(seed, instructions: 30);
            var peak = ProgramPlan.Create(random.Program, Costs, new EagerPlacement(), new PlanOptions(random.Bounds)).WorkingBytes;
            var budget = (long)(peak * share);
            try
            {
                var plan = ProgramPlan.Create(
                    random.Program, Costs, new EagerPlacement(), new PlanOptions(random.Bounds, WorkingBytes: _ => budget));
                Assert.That(plan.WorkingBytes, Is.LessThanOrEqualTo(budget));
                Assert.That(plan.Memory.PeakBytes, Is.LessThanOrEqualTo(budget));
                var text = ProgramWriter.Write(plan.Program);
                Assert.That(ProgramWriter.Write(ProgramReader.Read(text, "plan")), Is.EqualTo(text));
                var backend = new ClearGroups(random.Program.Grid.SlotCount, Costs.RefreshedLevel);
                var outputs = random.Run(plan.Program, backend, name => plan.Program.Levels!.Inputs[name], folder: folder.Path);
                Compare(outputs, random.RunUnplanned(), $"seed {seed}");
                Assert.That(folder.Files, Is.Empty);
                fitting++;
            }
            catch (MemoryBudgetException refused)
            {
                Assert.That(refused.Message, Does.StartWith("values and instructions take"));
                Assert.That(refused.Log, Is.Not.Empty);
            }
        }
        TestContext.Out.WriteLine($"{fitting} of 60 fit");
        Assert.That(fitting, Is.GreaterThanOrEqualTo(fewest));
    }

    private static LevelledProgram Levelled(EncryptedProgram program) =>
        new(program, new ProgramDependencies(program).Values.ToDictionary(value => value, _ => 0));

    private static void Check(RandomProgram random, LevelledProgram tiled, Dictionary<string, double[][]> expected, string what)
    {
        Assert.That(tiled.Program.Instructions.SelectMany(instruction => instruction.Results), Is.SubsetOf(tiled.Levels.Keys), what);
        _ = new ProgramDependencies(tiled.Program);
        var backend = new ClearGroups(random.Program.Grid.SlotCount, 0) { ChecksLevels = false };
        Compare(random.Run(FreeInsertion.Run(tiled.Program).Program, backend, _ => 0), expected, what);
    }

    private static void Compare(Dictionary<string, double[][]> outputs, Dictionary<string, double[][]> expected, string what)
    {
        Assert.That(outputs.Keys, Is.EquivalentTo(expected.Keys), what);
        foreach (var (name, vectors) in expected)
        {
            Assert.That(outputs[name], Has.Length.EqualTo(vectors.Length), what);
            for (var i = 0; i < vectors.Length; i++)
                Assert.That(outputs[name][i], Is.EqualTo(vectors[i]).Within(Rounding), $"{what}: {name} {i}");
        }
    }
}

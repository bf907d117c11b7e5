using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Values that are away while nothing reads them.</summary>
[TestFixture]
internal sealed class SpillingTests
{
    private static readonly Axis Column = new("column", 32);

    /// <summary>
    /// A wide value waits for a long chain. Where disk is cheap it is stored; where it is dear and the value is a sum of what lives anyway,
    /// it is made again.
    /// </summary>
    [TestCase(1, true)]
    [TestCase(1000, false)]
    public void A_waiting_value_is_stored_or_made_again_whichever_is_cheaper(double diskFactor, bool stores)
    {
        var builder = new ProgramBuilder(SyntheticPrograms.Grid);
        var x = builder.Input("x", Column);
        var waiting = builder.Masked("waiting", [Column], ProgramBuilder.Mask(x, 0.5));
        var narrow = builder.Sum("narrow", [], ProgramBuilder.Term(waiting[Column], 1, Column));
        var wide = Enumerable.Range(1, 3).Select(i => builder.Masked("wide", [Column], ProgramBuilder.Mask(narrow[[]], i))).ToArray();
        var sum = builder.Products(
            "sum", [], ProgramBuilder.Product(wide[0][Column], wide[1][Column], Column),
            ProgramBuilder.Product(wide[0][Column], wide[2][Column], Column));
        builder.Output("y", builder.Products("y", [], ProgramBuilder.Product(waiting[Column], sum[[]], Column)));
        var squares = builder.Products("squares", [], ProgramBuilder.Product(x[Column], x[Column], Column));
        builder.Output("z", builder.Multiply("z", [], builder.Multiply("fourth", [], squares, squares), squares));
        var costs = new DiskCosts(new SyntheticCosts(RefreshedLevel: 9, Bootstrap: 200), diskFactor);
        var program = builder.Build();
        var schedule = new EagerPlacement().Place(new RefreshProblem(program, costs)).Schedule;
        var levels = schedule.Problem.Dependencies.Values.Zip(schedule.ValueLevels).ToDictionary(pair => pair.First, pair => pair.Second);
        var planned = program with { Levels = new ProgramLevels(9, new Dictionary<string, int> { ["x"] = levels[x] }) };
        var timeline = MemoryTimeline.Of(
            FreeInsertion.Run(LowerInsertion.Run(planned, levels).Program).Program, new InstructionCosts(costs, program.Grid));
        var spilling = new Spilling(timeline, new InstructionCosts(costs, program.Grid), timeline.PeakBytes - 1);
        spilling.Run(CancellationToken.None);
        Assert.That(spilling.Timeline.PeakBytes, Is.LessThan(timeline.PeakBytes));
        Assert.That(spilling.Timeline.Program.Instructions.OfType<Store>().Any(), Is.EqualTo(stores));
        Assert.That(spilling.Timeline.Program.Instructions.OfType<Load>().Count(), Is.EqualTo(stores ? 1 : 0));
        Assert.That(spilling.Timeline.Milliseconds, Is.GreaterThan(timeline.Milliseconds));
    }

    /// <summary>A value that is read high and, much later, low waits at the low level.</summary>
    [Test]
    public void A_value_waits_at_the_level_of_its_next_reader()
    {
        var builder = new ProgramBuilder(SyntheticPrograms.Grid);
        var x = builder.Input("x", Column);
        var kept = builder.Masked("kept", [Column], ProgramBuilder.Mask(x, 0.5));
        var value = builder.Products("squares", [], ProgramBuilder.Product(kept[Column], kept[Column], Column));
        for (var i = 0; i < 4; i++)
            value = builder.Multiply("power", [], value, value);
        builder.Output("y", builder.Products("y", [], ProgramBuilder.Product(kept[Column], value[[]], Column)));
        var costs = new SyntheticCosts(RefreshedLevel: 9, Bootstrap: 200);
        var plan = ProgramPlan.Create(builder.Build(), costs, new EagerPlacement(), new PlanOptions(new Dictionary<string, double>()));
        var instructions = plan.Program.Instructions;
        var lower = instructions.OfType<Lower>().Single(lower => lower.Operand == kept);
        Assert.That(lower.Level, Is.EqualTo(1));
        var order = instructions.Select((instruction, i) => (instruction, i)).ToArray();
        var squares = order.Single(item => item.instruction.Results.Any(result => result.Name == "squares")).i;
        Assert.That(order.Single(item => item.instruction == lower).i, Is.EqualTo(squares + 1));
        Assert.That(order.Single(item => item.instruction is Free free && free.Operand == kept).i, Is.EqualTo(squares + 2));
    }

    private sealed record DiskCosts(SyntheticCosts Costs, double DiskFactor) : ICostModel
    {
        public int RefreshedLevel => Costs.RefreshedLevel;

        public double Milliseconds(EngineOperation operation, int level) =>
            Costs.Milliseconds(operation, level) * (operation is EngineOperation.Store or EngineOperation.Load ? DiskFactor / 10 : 1);

        public long VectorBytes(int level) => Costs.VectorBytes(level);
    }
}

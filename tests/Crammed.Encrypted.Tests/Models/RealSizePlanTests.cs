using Crammed.Approximation;
using Crammed.Ckks;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>Plans of real sizes under the 128-bit set; bounds are taken to be 1, states come back refreshed.</summary>
internal sealed class RealSizePlanTests
{
    private const int Examples = 16;
    private const int Blocks = 16;

    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.N16QP1746Bootstrapping);
    private static readonly ParameterCosts Costs = new(CostTableText.Include("avx512"), Parameters);

    /// <summary>
    /// A quarter less than refreshing when out of levels. At 768 no more refreshes of the stream's width than a schedule by hand has, two; at 128
    /// the stream is narrow enough for another one to pay.
    /// </summary>
    [TestCase(768, 12, 1536, 2)]
    [TestCase(128, 2, 256, 3)]
    public void A_plan_is_a_quarter_cheaper_than_refreshing_when_out_of_levels(int hidden, int heads, int gate, int mostWide)
    {
        var plan = PlanOf(hidden, heads, gate, null);
        var baseline = new EagerPlacement().Place(plan.Schedule.Problem).Schedule;
        TestContext.Out.WriteLine($"when out of levels: {baseline}");
        foreach (var line in plan.Log)
            TestContext.Out.WriteLine(line);
        TestContext.Out.WriteLine($"{plan.Milliseconds / 1000 / Examples:F2} s an example");
        Assert.That(plan.Schedule.Milliseconds, Is.LessThanOrEqualTo(0.75 * baseline.Milliseconds));
        var wide = plan.Schedule.Refreshed.Select(number => plan.Schedule.Problem.Dependencies.Values[number])
            .Count(value => value.Count >= hidden / Blocks);
        Assert.That(wide, Is.LessThanOrEqualTo(mostWide), "refreshes of the stream's width");
    }

    /// <summary>
    /// The paper's kernel and gate, 9 squarings in place of exp and ReLU of degrees 15, 15 and 27, take half as long again as the polynomial
    /// kernel and the bilinear gate: 197 refreshes of up to two vectors in place of 79.
    /// </summary>
    [Test, Explicit("two plans of a wide model")]
    public void The_papers_architecture_takes_half_as_long_again_as_the_shallow_one()
    {
        var relu = new RectifiedLinear(16);
        var (shallow, deep) = (PlanOf(768, 12, 1536, null), PlanOf(768, 12, 1536, null, kernel: 9, relu));
        foreach (var plan in new[] { shallow, deep })
        {
            foreach (var line in plan.Log)
                TestContext.Out.WriteLine(line);
            TestContext.Out.WriteLine($"{plan.Milliseconds / 1000 / Examples:F2} s an example");
        }
        Assert.That(deep.Milliseconds / shallow.Milliseconds, Is.InRange(1.4, 1.6));
    }

    /// <summary>
    /// The model of the paper's width on a machine of 24 GiB: keys with both halves, diagonals and values would take 48 GiB. Within 20 GiB a
    /// step takes a third longer.
    /// </summary>
    [Test, Explicit("minutes of planning")]
    public void A_wide_model_fits_20_gibibytes()
    {
        const long gibibytes = 20L << 30;
        var budget = new MemoryBudget(Costs, CkksLevels.ForBootstrapping(new BootstrappingPlan(Parameters)), gibibytes);
        var plan = PlanOf(768, 12, 1536, budget);
        foreach (var line in plan.Log)
            TestContext.Out.WriteLine(line);
        foreach (var part in budget.PartsOf(plan))
            TestContext.Out.WriteLine($"{part.Name}: {part.Bytes / 1048576.0:F0} MiB {part.Note}");
        var free = plan.Schedule.Milliseconds;
        TestContext.Out.WriteLine(
            $"{free / 1000 / Examples:F2} s an example as placed, {plan.Milliseconds / 1000 / Examples:F2} within the budget");
        var choice = plan.RunMemory!;
        var parts = budget.FixedParts(plan.Program, choice).Sum(part => part.Bytes);
        Assert.That(parts + plan.WorkingBytes, Is.LessThanOrEqualTo(gibibytes));
        Assert.That(choice.UniformHalf, Is.EqualTo(UniformHalf.Expanded));
        Assert.That(plan.Milliseconds, Is.LessThanOrEqualTo(1.35 * free));
    }

    private static ProgramPlan PlanOf(int hidden, int heads, int gate, MemoryBudget? memory, int kernel = 5, RectifiedLinear? relu = null)
    {
        var shape = new ModelShape(Layers: 2, hidden, heads, gate, kernel, Rank: 2, HeadProjection: 32, HeadHidden: 1024, Classes: 2)
        {
            HasNormVectors = true,
        };
        var polynomials = GraphedModel.Polynomials(shape.Layers, shape.Classes) with
        {
            Gates = relu is null ? null : [new StepFunction("gate0", relu), new StepFunction("gate1", relu)],
        };
        var training = new TrainingGraph(shape, new SlotGrid(128, Examples, Blocks), polynomials, new AdapterScales(1, [1, 1]));
        training.AddUpdate(new AdamWHe(0.9, 0.999, 0.01, 0.01, 1));
        var program = ModelPrograms.Of(training).Training;
        var bounds = program.Inputs.Concat(program.Instructions.SelectMany(instruction => instruction.Results))
            .ToDictionary(value => value.Name, _ => 1.0);
        var given = program.Inputs.Select(input => input.Name).ToHashSet();
        var states = program.Outputs.Keys.Where(given.Contains).ToDictionary(name => name, _ => Costs.RefreshedLevel);
        return ProgramPlan.Create(
            program, Costs, new LocalSearchPlacement(), new PlanOptions(bounds, OutputLevels: states, Memory: memory));
    }
}

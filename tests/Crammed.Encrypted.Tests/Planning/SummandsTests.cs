using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>What counts as part of a sum, and what is needed for itself.</summary>
internal sealed class SummandsTests
{
    [Test]
    public void Values_that_are_only_added_are_summands()
    {
        var builder = new ProgramBuilder(SyntheticPrograms.Grid);
        var (x, y) = (builder.Input("x"), builder.Input("y"));
        var small = builder.Multiply("small", [], x, y);
        var turned = builder.Rotate("turned", [], small, 8);
        var scaled = builder.Masked("scaled", [], ProgramBuilder.Mask(turned, 0.5));
        var large = builder.Multiply("large", [], x, x);
        var sum = builder.Sum("sum", [], ProgramBuilder.Term(scaled), ProgramBuilder.Term(large));
        var squared = builder.Multiply("squared", [], large, large);
        var both = builder.Masked("both", [], ProgramBuilder.Mask(squared, 1), ProgramBuilder.Mask(x, 1));
        builder.Output("sum", sum);
        builder.Output("both", both);
        // What is squared is needed for itself, and so is what masks put beside something else, and an output.
        Assert.That(Summands.Of(builder.Build()), Is.EquivalentTo(new[] { small, turned, scaled }));
    }

    [Test]
    public void A_planned_program_has_the_summands_of_the_one_that_it_was_made_from([Range(1, 20)] int seed)
    {
        var random = RandomProgram.Create(seed, instructions: 30);
        var plan = ProgramPlan.Create(
            random.Program, new SyntheticCosts(RefreshedLevel: 5, Bootstrap: 200), new EagerPlacement(), new PlanOptions(random.Bounds));
        var living = DeadCodeElimination.Run(random.Program).Program;
        var names = living.Instructions.SelectMany(instruction => instruction.Results).Select(value => value.Name).ToHashSet();
        Assert.That(
            Summands.Of(plan.Program).Select(value => value.Name).Where(names.Contains),
            Is.EquivalentTo(Summands.Of(living).Select(value => value.Name)));
    }
}

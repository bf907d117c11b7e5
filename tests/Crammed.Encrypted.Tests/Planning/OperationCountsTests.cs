using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Counts by formulas against a backend that counts what a run asks of it.</summary>
[TestFixture]
public sealed class OperationCountsTests
{
    private static readonly EngineOperation[] CountedOfPolynomials =
        [EngineOperation.TensorProduct, EngineOperation.Relinearization, EngineOperation.ScalarProduct];

    [Test]
    public void Formulas_count_what_a_run_asks_for_on_random_programs([Range(1, 40)] int seed)
    {
        var random = RandomProgram.Create(seed, instructions: 30, deepest: 6);
        var grid = random.Program.Grid;
        var backend = new CountingGroups(grid.SlotCount);
        var seen = new HashSet<Type>();
        ProgramRun.Execute(
            random.Program, backend, random.Program.Inputs.ToDictionary(input => input.Name, input => CountingGroups.Load(input.Count)),
            random.Constants, Compare);
        Assert.That(seen, Has.Count.GreaterThan(3));

        void Compare(Instruction instruction, Value value, IReadOnlyList<SlotVector> vectors)
        {
            // The counts are cleared with the first result of an instruction; a map's later results are of the same call.
            if (value != instruction.Results[0])
                return;
            seen.Add(instruction.GetType());
            var counts = OperationCounts.Of(instruction, grid);
            foreach (var operation in instruction is PolynomialOf ? CountedOfPolynomials : Enum.GetValues<EngineOperation>())
                Assert.That(counts[operation], Is.EqualTo(backend.Counts.GetValueOrDefault(operation)), $"{operation} of {instruction}");
            if (instruction is PolynomialOf)
            {
                // The engine takes a node's products at the level of its value, which may be lower than that of its operands.
                var products = counts.ByLevel.Where(entry => entry.Key.Operation == EngineOperation.TensorProduct);
                for (var below = 0; below < instruction.Depth; below++)
                {
                    var possible = backend.PolynomialProducts.Where(entry => entry.Key <= below).Sum(entry => entry.Value);
                    var counted = products.Where(entry => entry.Key.Below <= below).Sum(entry => entry.Value);
                    Assert.That(counted, Is.LessThanOrEqualTo(possible));
                }
            }
            backend.Counts.Clear();
        }
    }

    /// <summary>Each group of results that read the same vectors under masks of short period is a product with a matrix, others are not.</summary>
    [TestCase(8, 8, 8, 16)]
    [TestCase(8, 3, 8, 8)]
    [TestCase(3, 8, 8, 8)]
    [TestCase(8, 8, 64, 16)]
    public void Masks_that_form_a_matrix_are_counted_as_a_run_multiplies_them(int rows, int vectors, int stride, int slotsPerDigit)
    {
        Axis group = new("group", 2), row = new("row", rows), turn = new("turn", vectors);
        var builder = new ProgramBuilder(new SlotGrid(tokens: 128, examples: 64, blocks: 1));
        var x = builder.Input("x", group, turn);
        var mask = SlotMask.Where(SlotCondition.Is(stride, slotsPerDigit, row + -turn));
        builder.Output("y", builder.Masked("y", [group, row], ProgramBuilder.Mask(x[group, turn], mask, turn)));
        var program = builder.Build();
        var backend = new CountingGroups(program.Grid.SlotCount);
        ProgramRun.Execute(
            program, backend, new Dictionary<string, SlotVector[]> { ["x"] = CountingGroups.Load(2 * vectors) },
            new ProgramConstants(new Dictionary<string, FrozenWeights>(), new Dictionary<string, double>()));
        var counts = OperationCounts.Of(program.Instructions[0], program.Grid);
        foreach (var operation in Enum.GetValues<EngineOperation>())
            Assert.That(counts[operation], Is.EqualTo(backend.Counts.GetValueOrDefault(operation)), $"{operation}");
        var isMatrix = rows >= 4 && vectors >= 4 && stride * slotsPerDigit <= 128;
        Assert.That(counts[EngineOperation.PeriodicProduct], Is.EqualTo(isMatrix ? 2 * rows * vectors : 0));
    }

    /// <summary>Every sum of a polynomial is rescaled once: basis polynomials, nodes of the plan, and the map onto [-1, 1].</summary>
    [TestCase(1)]
    [TestCase(7)]
    [TestCase(31)]
    [TestCase(63)]
    public void A_polynomial_rescales_every_sum_once(int degree)
    {
        var program = new ProgramBuilder(SyntheticPrograms.Grid);
        var polynomial = new ChebyshevPolynomial(new Interval(0, 1), Enumerable.Range(1, degree + 1).Select(i => 1.0 / i));
        program.Polynomial("y", program.Input("x", new Axis("column", 3)), "f", polynomial);
        var counts = OperationCounts.Of(program.Build().Instructions[0], SyntheticPrograms.Grid);
        Assert.That(counts[EngineOperation.Rescale] % 3, Is.Zero);
        var sums = polynomial.AffineDepth + polynomial.Plan.Powers.Count + Nodes(polynomial.Plan.Root);
        Assert.That(counts[EngineOperation.Rescale] / 3, Is.EqualTo(sums));
        Assert.That(counts.ByLevel.Keys.Max(key => key.Below), Is.EqualTo(polynomial.Depth - 1));

        static int Nodes(PolynomialNode node) => 1 + node.Products.Sum(product => Nodes(product.Quotient));
    }

    [TestCase(5, RefreshMethod.Bootstrap, 3)]
    [TestCase(4, RefreshMethod.Bootstrap, 2)]
    [TestCase(5, RefreshMethod.Client, 5)]
    public void Two_vectors_share_a_bootstrap(int vectors, RefreshMethod method, int expected)
    {
        var value = new Value("x", [new Axis("column", vectors)]);
        var counts = OperationCounts.Of(new Refresh([new Value("y", value.Axes)], [value], [1], method), SyntheticPrograms.Grid);
        Assert.That(counts.Refreshes, Is.EqualTo(expected));
        // Two pairs are one call, a vector alone is one of its own.
        Assert.That(counts[EngineOperation.FurtherBootstrap], Is.EqualTo(method == RefreshMethod.Bootstrap ? 1 : 0));
    }
}

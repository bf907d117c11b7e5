using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>A small program for each verb, on 2,048 slots.</summary>
internal static class VerbCases
{
    public static readonly SlotGrid Grid = new(tokens: 16, examples: 8, blocks: 16);
    private static readonly Axis Column = new("column", 3);
    private static readonly Axis Step = new("step", 4);
    private static readonly Axis Turn = new("turn", 5);
    private static readonly ChebyshevPolynomial Tanh = ChebyshevFit.Interpolate(Math.Tanh, new Interval(-2, 2), 15);
    private static readonly ChebyshevPolynomial Exponential = ChebyshevFit.Interpolate(Math.Exp, Interval.Unit, 7);

    /// <summary>Every verb at the highest level and at the lowest that it runs at.</summary>
    public static IReadOnlyList<ProgramCase> All { get; } =
    [
        .. from verb in Verbs
           from level in new[] { 15, verb.Depth }
           select Case(verb.Name, verb.Emit, level),
    ];

    private static IEnumerable<(string Name, int Depth, Func<ProgramBuilder, Value, Value, Value> Emit)> Verbs =>
    [
        ("sum", 0, (program, x, y) => program.SumPlus(
            "result", [Column], [0.25, SlotMask.Where(FirstBlocks(4)) * 0.5],
            ProgramBuilder.Term(x, 3), ProgramBuilder.Term(y[Column], -1), ProgramBuilder.Term(y[Step], 1, Step))),
        ("multiple of one vector", 0, (program, x, _) => program.Sum(
            "result", [Column], ProgramBuilder.Term(x, 2), ProgramBuilder.Term(x, 3))),
        ("sum of products", 1, (program, x, y) => program.Products(
            "result", [Column], ProgramBuilder.Product(x, y[Step], Step), new ProductTerm(x, y[Column], -3, []),
            new ProductTerm(y[Column], y[Column], 2, []))),
        ("square", 1, (program, x, _) => program.Multiply("result", [Column], x, x)),
        ("squared differences", 1, (program, x, y) => program.SquaredDifferences("result", [Column], x, y[Step], Step)),
        ("masked", 1, (program, x, y) => program.Masked(
            "result", [Column], ProgramBuilder.Mask(x, SlotMask.Where(FirstBlocks(5))),
            ProgramBuilder.Mask(
                y[Column], SlotMask.Of("rate", 0.5) with { Conditions = [SlotCondition.Is(Grid.TokenStride, Grid.Tokens, Column)] }),
            ProgramBuilder.Mask(x[Column], 0.3), ProgramBuilder.Mask(y[Step], 0.3, Step))),
        ("masked by a matrix", 1, (program, _, y) => program.Masked(
            "result", [Turn], ProgramBuilder.Mask(
                y[Step],
                SlotMask.Of("rate", 0.5) with { Conditions = [new SlotCondition(1, Grid.Blocks, Turn + Step * 3, Step + 1)] }, Step))),
        ("sum with a vector by columns", 0, (program, x, y) => program.SumPlus(
            "result", [Column], [SlotMask.Of(FrozenVector.InRows("v", new FeatureBlocks(12, 3), Column)) * 0.5], ProgramBuilder.Term(x),
            ProgramBuilder.Term(y[0]))),
        ("masked by vectors", 1, (program, x, y) => program.Masked(
            "result", [Column], ProgramBuilder.Mask(x, SlotMask.Of(FrozenVector.InRows("v", new FeatureBlocks(12, 3), -Column + 2))),
            ProgramBuilder.Mask(
                y[Step],
                SlotMask.Of("rate", 2) with { Vector = FrozenVector.Spread("v", new FeatureBlocks(9, 4), 2), Conditions = [FirstBlocks(7)] },
                Step))),
        ("scalar", 1, (program, x, _) => program.Masked("result", [Column], ProgramBuilder.Mask(x, Math.PI))),
        ("rotations of one vector", 0, (program, x, _) => program.Rotate("result", [Step], x[0], Step * Grid.TokenStride)),
        ("one rotation of many", 0, (program, x, _) => program.Rotate("result", [Column], x, -3)),
        ("sum of rotations", 0, (program, x, y) => program.RotateAndSum("result", [Column], y[Step], Column + Step * 128, Step)),
        ("fold of blocks", 0, (program, x, _) => program.Fold("result", x, 1, Grid.Blocks)),
        ("fold of tokens", 0, (program, x, _) => program.Fold("result", x, Grid.TokenStride, Grid.Tokens)),
        ("polynomial of degree 15", 5, (program, x, _) => program.Polynomial("result", x, "tanh", Tanh)),
        ("polynomial of degree 7", 3, (program, x, _) => program.Polynomial("result", x, "exp", Exponential)),
        ("join", 0, (program, x, y) => program.Join("result", "part", x, y)),
        ("spread products", 1, (program, x, _) => program.SpreadProducts(
            "result", x, new FeatureBlocks(12, 3), new FeatureBlocks(9, 5), 2, new FrozenMatrix("w"))),
        ("spread products of cycles", 1, (program, x, _) => program.SpreadProducts(
            "result", x, new FeatureBlocks(12, 2), new FeatureBlocks(9, 5), 2, new FrozenMatrix("w"), new ColumnCycle(3, 1))),
        ("fold back", 0, (program, x, _) => program.Fold("result", x, -1, Grid.Blocks)),
    ];

    private static SlotCondition FirstBlocks(int count) => SlotCondition.Below(1, Grid.Blocks, count);

    private static ProgramCase Case(string name, Func<ProgramBuilder, Value, Value, Value> emit, int level)
    {
        var program = new ProgramBuilder(Grid);
        var (x, y) = (program.Input("x", Column), program.Input("y", Step));
        program.Output("result", emit(program, x, y));
        var random = new Random(name.Length + level);
        double[][] Vectors(int count) => [.. Enumerable.Range(0, count).Select(_ => RandomValues.Uniform(random, Grid.SlotCount))];
        float[] weights = [.. RandomValues.Uniform(random, 45 * 36, -0.3, 0.3).Select(weight => (float)weight)];
        return new ProgramCase(
            name, program.Build(), new Dictionary<string, double[][]> { ["x"] = Vectors(Column.Size), ["y"] = Vectors(Step.Size) }, level)
        {
            Constants = new ProgramConstants(
                new Dictionary<string, FrozenWeights> { ["w"] = new(weights, 45, 36) }, new Dictionary<string, double> { ["rate"] = 0.7 })
            {
                Vectors = new Dictionary<string, float[]> { ["v"] = [.. RandomValues.Uniform(random, 36).Select(value => (float)value)] },
            },
        };
    }
}

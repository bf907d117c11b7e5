using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>
/// A planned program of random instructions, whose values keep to bounds and whose operands are at one level. A value may be read twice, or
/// under masks that leave nothing of it.
/// </summary>
internal sealed class RandomProgram
{
    private const double LargestBound = 8;
    private static readonly SlotGrid Grid = new(tokens: 16, examples: 8, blocks: 16);
    private static readonly Axis Pair = new("pair", 2);
    private static readonly Axis Step = new("step", 2);

    private static readonly FeatureBlocks Features = new(16, 2);

    private readonly Random _random;
    private readonly int _refreshedLevel;
    private readonly List<Instruction> _instructions = [];
    private readonly List<(Value Value, int Level, double Bound)> _values = [];

    private RandomProgram(int seed, int refreshedLevel)
    {
        _random = new Random(seed);
        _refreshedLevel = refreshedLevel;
    }

    public static ProgramCase Case(int seed, int length, int refreshedLevel)
    {
        var random = new Random(seed);
        var program = new RandomProgram(seed, refreshedLevel);
        Value[] inputs = [new Value("x", [Pair]), new Value("y", [Pair])];
        program._values.AddRange(inputs.Select(input => (input, refreshedLevel, 1.0)));
        for (var i = 0; i < length; i++)
            program.Add();
        float[] weights = [.. RandomValues.Uniform(random, 32 * 32, -1.0 / 32, 1.0 / 32).Select(weight => (float)weight)];
        return new ProgramCase(
            $"random program {seed}",
            new EncryptedProgram(Grid, [.. inputs], [.. program._instructions], new Dictionary<string, Value>()),
            inputs.ToDictionary(
                input => input.Name, _ => Enumerable.Range(0, 2).Select(_ => RandomValues.Uniform(random, Grid.SlotCount)).ToArray()),
            refreshedLevel)
        {
            Constants = new ProgramConstants(
                new Dictionary<string, FrozenWeights> { ["w"] = new(weights, 32, 32) }, new Dictionary<string, double> { ["rate"] = 0.4 }),
        };
    }

    /// <summary>One instruction, and those that bring its operands to a level before it.</summary>
    private void Add()
    {
        while (true)
        {
            var (x, y) = (Pick(), Pick());
            switch (_random.Next(11))
            {
                case 0 when 2 * x.Bound + y.Bound <= LargestBound:
                    Emit([x, y], 0, 2 * x.Bound + y.Bound, (result, operands) => new Sum(
                        result, [ProgramBuilder.Term(operands[0], 2), ProgramBuilder.Term(operands[1], -1)], []));
                    return;
                case 1 when x.Bound * y.Bound <= LargestBound && x.Level > 0 && y.Level > 0:
                    Emit([x, y], 1, x.Bound * y.Bound, (result, operands) => new Products(
                        result, [ProgramBuilder.Product(operands[0], operands[1])]));
                    return;
                case 2 when x.Value != y.Value && x.Bound <= 1 && y.Bound <= 1 && x.Level > 0 && y.Level > 0:
                    Emit([x, y], 1, 4, (result, operands) => new SquaredDifferences(result, operands[0], operands[1], []));
                    return;
                case 3 when x.Level > 0:
                    Emit([x], 1, x.Bound, (result, operands) => new Masked(
                        result, [ProgramBuilder.Mask(operands[0], SlotMask.Where(SlotCondition.Is(1, 16, _random.Next(16))))]));
                    return;
                case 4 when x.Level > 0:
                    Emit([x], 1, 0.4 * x.Bound, (result, operands) => new Masked(
                        result, [ProgramBuilder.Mask(operands[0], SlotMask.Of("rate"))]));
                    return;
                case 5:
                    Emit([x], 0, x.Bound, (result, operands) => new Rotate(result, operands[0], 128 * _random.Next(1, 4)));
                    return;
                case 6 when 2 * x.Bound <= LargestBound:
                    Emit([x], 0, 2 * x.Bound, (result, operands) => new RotateAndSum(result, operands[0][Pair], Step * 128, [Step]));
                    return;
                case 7 when 16 * x.Bound <= LargestBound:
                    Emit([x], 0, 16 * x.Bound, (result, operands) => new Fold(result, operands[0], 1, 16));
                    return;
                case 8 when x.Level >= 4:
                    var tanh = ChebyshevFit.Interpolate(Math.Tanh, new Interval(-1.25 * x.Bound, 1.25 * x.Bound), 7);
                    Emit([x], tanh.Depth, 1.5, (result, operands) => new PolynomialOf(result, operands[0], result.Name, tanh));
                    return;
                case 9 when x.Level > 0:
                    Emit([x], 1, x.Bound, (result, operands) => new LinearMap(
                        [result], [Features], [operands[0]], [Features], [new FrozenMatrix("w")]));
                    return;
                case 10 when x.Level <= 4 || y.Level <= 4:
                    AddRefresh(x, y);
                    return;
            }
        }
    }

    private (Value Value, int Level, double Bound) Pick() => _values[_random.Next(_values.Count)];

    private void Emit(
        (Value Value, int Level, double Bound)[] operands, int depth, double bound, Func<Value, Value[], Instruction> instruction)
    {
        var level = operands.Min(operand => operand.Level);
        Value[] lowered = [.. operands.Select(operand => AtLevel(operand.Value, operand.Level, level))];
        var result = New();
        _instructions.Add(instruction(result, lowered));
        _values.Add((result, level - depth, bound));
    }

    private Value AtLevel(Value value, int level, int target)
    {
        if (level == target)
            return value;
        var result = New();
        _instructions.Add(new Lower(result, value, target));
        return result;
    }

    /// <summary>Refreshes two values, each in the range of its bound.</summary>
    private void AddRefresh((Value Value, int Level, double Bound) x, (Value Value, int Level, double Bound) y)
    {
        (Value Value, int Level, double Bound)[] sources = x.Value == y.Value ? [x] : [x, y];
        var level = sources.Min(source => source.Level);
        Value[] lowered = [.. sources.Select(source => AtLevel(source.Value, source.Level, level))];
        Value[] results = [.. sources.Select(_ => New())];
        double[] ranges = [.. sources.Select(source => Math.Pow(2, Math.Ceiling(Math.Log2(source.Bound))))];
        _instructions.Add(new Refresh([.. results], [.. lowered], [.. ranges], RefreshMethod.Bootstrap));
        _values.AddRange(results.Zip(sources, (result, source) => (result, _refreshedLevel, source.Bound)));
    }

    private Value New() => new($"v{_instructions.Count}_{_values.Count}_{_random.Next()}", [Pair]);
}

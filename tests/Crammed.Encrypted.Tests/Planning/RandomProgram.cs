using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>
/// A program of random instructions, of every kind, on random groups, with inputs to run it on. A bound on every value is kept, so that
/// values stay in polynomials' domains and a run does not overflow.
/// </summary>
internal sealed class RandomProgram
{
    private const double LargestBound = 8;
    private static readonly SlotGrid Grid = new(tokens: 4, examples: 2, blocks: 4);
    private static readonly long[] Factors = [1, 1, -1, 2, -3];

    private readonly Random _random;
    private readonly ProgramBuilder _builder = new(Grid);
    private readonly List<(Value Value, double Bound)> _values = [];
    private readonly Dictionary<string, double> _bounds = [];
    private readonly Dictionary<string, FrozenWeights> _matrices = [];
    private readonly Dictionary<string, float[]> _vectors = [];
    private readonly Dictionary<string, double[][]> _inputs = [];

    private RandomProgram(int seed, int instructions, int deepest)
    {
        _random = new Random(seed);
        for (var i = 0; i < 2 + _random.Next(2); i++)
            AddInput($"input{i}");
        for (var i = 0; i < instructions; i++)
        {
            using var scope = _builder.Scope($"step{i / 4}");
            AddInstruction(deepest);
        }
        _builder.Output("last", _values[^1].Value);
        for (var i = 0; i < _random.Next(3); i++)
            _builder.Output($"output{i}", Any().Value);
        Program = _builder.Build();
    }

    public EncryptedProgram Program { get; }

    /// <summary>Slots of each input.</summary>
    public IReadOnlyDictionary<string, double[][]> Inputs => _inputs;

    /// <summary>Bounds on the values, by name.</summary>
    public IReadOnlyDictionary<string, double> Bounds => _bounds;

    public ProgramConstants Constants => new(_matrices, new Dictionary<string, double> { ["rate"] = 0.25 }) { Vectors = _vectors };

    /// <param name="seed">programs of one seed are equal</param>
    /// <param name="instructions">at least so many</param>
    /// <param name="deepest">levels that an instruction takes at most</param>
    public static RandomProgram Create(int seed, int instructions, int deepest = 4) => new(seed, instructions, deepest);

    /// <summary>Slots of a program's outputs; inputs are given at levels of choice.</summary>
    public Dictionary<string, double[][]> Run(
        EncryptedProgram program, ClearGroups backend, Func<string, int> inputLevel, ValueObserver? observer = null, string? folder = null)
    {
        var inputs = _inputs.ToDictionary(
            input => input.Key, input => backend.Lower([.. input.Value.Select(slots => backend.Load(slots))], inputLevel(input.Key)));
        var outputs = ProgramRun.Execute(program, backend, inputs, Constants, observer, folder);
        return outputs.ToDictionary(output => output.Key, output => output.Value.Select(ClearGroups.Read).ToArray());
    }

    /// <summary>Slots of the outputs without levels.</summary>
    public Dictionary<string, double[][]> RunUnplanned() =>
        Run(Program, new ClearGroups(Grid.SlotCount, 0) { ChecksLevels = false }, _ => 0);

    private (Value Value, double Bound) Any() => _values[_random.Next(_values.Count)];

    /// <summary>Mostly recent values, so that programs are deep.</summary>
    private (Value Value, double Bound) Recent() => _random.Next(3) == 0 ? Any() : _values[^(1 + _random.Next(Math.Min(3, _values.Count)))];

    private void AddInput(string name)
    {
        var value = _builder.Input(name, Axes());
        _inputs.Add(name, [.. Enumerable.Range(0, value.Count).Select(_ => Slots())]);
        Keep(value, 1);

        double[] Slots() => [.. Enumerable.Range(0, Grid.SlotCount).Select(_ => 2 * _random.NextDouble() - 1)];
    }

    private Axis[] Axes() => _random.Next(4) switch
    {
        0 => [],
        1 => [new Axis("row", 1 + _random.Next(3)), new Axis("column", 1 + _random.Next(3))],
        _ => [new Axis("row", 1 + _random.Next(5))],
    };

    private Axis[] Over() => _random.Next(2) == 0 ? [] : [new Axis("term", 1 + _random.Next(3))];

    private static int Points(Axis[] axes) => axes.Aggregate(1, (product, axis) => product * axis.Size);

    /// <summary>Reads a group at any indices that stay inside it.</summary>
    private Operand Read(Value value, IReadOnlyList<Axis> loops) => value[[.. value.Axes.Select(axis =>
    {
        var fitting = loops.Where(loop => loop.Size <= axis.Size).ToArray();
        if (fitting.Length == 0 || _random.Next(5) == 0)
            return (AxisIndex)_random.Next(axis.Size);
        var loop = fitting[_random.Next(fitting.Length)];
        return _random.Next(3) switch
        {
            0 when 2 * (loop.Size - 1) < axis.Size => loop * 2,
            1 => -loop + (loop.Size - 1),
            _ => loop + _random.Next(axis.Size - loop.Size + 1),
        };
    })]];

    private AxisIndex Steps(Axis[] loops) => loops.Length == 0 || _random.Next(3) == 0
        ? _random.Next(-40, 40)
        : loops[^1] * _random.Next(-3, 9) + _random.Next(-1, 2) * Grid.TokenStride;

    private SlotMask Mask(IReadOnlyList<Axis> loops)
    {
        var mask = _random.Next(4) == 0 ? SlotMask.Of("rate", 1 + _random.Next(2)) : (SlotMask)(0.125 * (1 + _random.Next(8)));
        if (_random.Next(4) == 0)
            mask = mask with { Vector = Vector(loops) };
        if (_random.Next(3) == 0)
            return mask;
        var start = loops.Count > 0 && _random.Next(2) == 0
            ? loops[_random.Next(loops.Count)] * (1 + _random.Next(2))
            : (AxisIndex)_random.Next(4);
        var condition = _random.Next(2) == 0
            ? SlotCondition.Is(Grid.TokenStride, Grid.Tokens, start)
            : SlotCondition.Below(1, Grid.Blocks, start);
        return mask with { Conditions = [condition] };
    }

    /// <summary>A vector of values in [-1, 1], in rows or spread.</summary>
    private FrozenVector Vector(IReadOnlyList<Axis> loops)
    {
        var name = $"vector.{_vectors.Count}";
        var loop = loops.Count > 0 ? loops[_random.Next(loops.Count)] : null;
        var rowStep = _random.Next(3);
        var features = new FeatureBlocks(1 + _random.Next(Grid.Blocks), rowStep == 0 && loop is not null ? loop.Size + 1 : 1 + _random.Next(2));
        _vectors.Add(name, [.. Enumerable.Range(0, features.Features).Select(_ => (float)(2 * _random.NextDouble() - 1))]);
        return rowStep > 0 ? FrozenVector.Spread(name, features, rowStep)
            : FrozenVector.InRows(name, features, loop is null ? _random.Next(features.Columns) : loop + _random.Next(2));
    }

    private void AddInstruction(int deepest)
    {
        var (axes, over) = (Axes(), Over());
        Axis[] loops = [.. axes, .. over];
        var (left, leftBound) = Recent();
        var (right, rightBound) = Any();
        switch (_random.Next(11))
        {
            case 0 or 1:
                var (factor, other) = (Factors[_random.Next(Factors.Length)], Factors[_random.Next(Factors.Length)]);
                SlotMask[] constants = _random.Next(3) == 0 ? [Mask(axes)] : [];
                Keep(
                    _builder.SumPlus(
                        "sum", axes, constants, new SumTerm(Read(left, loops), factor, [.. over]),
                        new SumTerm(Read(right, axes), other, [])),
                    Math.Abs(factor) * Points(over) * leftBound + Math.Abs(other) * rightBound + constants.Length);
                break;
            case 2 or 3:
                Keep(
                    _builder.Products(
                        "product", axes, new ProductTerm(Read(left, loops), Read(right, loops), _random.Next(1, 3), [.. over]),
                        ProgramBuilder.Product(Read(right, axes), Read(left, axes))),
                    (2 * Points(over) + 1) * leftBound * rightBound);
                break;
            case 4:
                Keep(
                    _builder.SquaredDifferences("distance", axes, Read(left, loops), Read(right, loops), over),
                    Points(over) * Math.Pow(leftBound + rightBound, 2));
                break;
            case 5:
                Keep(
                    _builder.Masked(
                        "masked", axes, ProgramBuilder.Mask(Read(left, loops), Mask(loops), over),
                        ProgramBuilder.Mask(Read(right, axes), 0.5)),
                    Points(over) * leftBound + rightBound);
                break;
            case 6:
                Keep(_builder.Rotate("rotated", axes, Read(left, axes), Steps(axes)), leftBound);
                break;
            case 7:
                Keep(_builder.RotateAndSum("rotations", axes, Read(left, loops), Steps(loops), over), Points(over) * leftBound);
                break;
            case 8:
                var count = 1 << 1 + _random.Next(2);
                Keep(_builder.Fold("folded", left, Grid.TokenStride, count), count * leftBound);
                break;
            case 9:
                AddPolynomial(left, leftBound, deepest);
                break;
            default:
                AddMap(left, leftBound, right, rightBound);
                break;
        }
    }

    private void AddPolynomial(Value value, double bound, int deepest)
    {
        var degree = 1 + _random.Next((1 << deepest - 1) - 1);
        var coefficients = Enumerable.Range(0, degree + 1)
            .Select(i => _random.Next(3) == 0 && i < degree ? 0 : (_random.NextDouble() - 0.5) / degree);
        var name = $"function{_values.Count}";
        Keep(_builder.Polynomial("polynomial", value, name, new ChebyshevPolynomial(new Interval(-bound, bound), coefficients)), 1.5);
    }

    private void AddMap(Value left, double leftBound, Value right, double rightBound)
    {
        if (_random.Next(3) == 0)
        {
            Keep(_builder.Join("joined", "part", left, right), Math.Max(leftBound, rightBound));
            return;
        }
        var blocks = new FeatureBlocks(1 + _random.Next(Grid.Blocks), left.Count);
        if (_random.Next(2) == 0)
        {
            var spread = new FeatureBlocks(1 + _random.Next(Grid.Blocks), 1 + _random.Next(2));
            // Where columns lie in turn the last vector may hold none of its own.
            var cycle = left.Count % 2 == 0 && _random.Next(2) == 0 ? new ColumnCycle(2, 1 + _random.Next(2)) : ColumnCycle.Repeated;
            blocks = blocks with { Columns = blocks.Columns - (cycle.Length == 2 ? _random.Next(2) : 0) };
            Keep(_builder.SpreadProducts("spread", left, blocks, spread, 2, Matrix(spread, blocks, 1), cycle), leftBound);
            return;
        }
        (Value, FeatureBlocks)[] inputs = _random.Next(2) == 0 || left == right
            ? [(left, blocks)]
            : [(left, blocks), (right, new FeatureBlocks(1 + _random.Next(Grid.Blocks), right.Count))];
        var outputs = Enumerable.Range(0, 1 + _random.Next(2)).Select(o =>
        {
            Axis[] axes = [new Axis("feature", 1 + _random.Next(4))];
            return ($"mapped{o}", (IReadOnlyList<Axis>)axes, new FeatureBlocks(1 + _random.Next(Grid.Blocks), axes[0].Size));
        }).ToArray();
        var matrices = outputs.SelectMany(output => inputs.Select(input => Matrix(output.Item3, input.Item2, inputs.Length))).ToArray();
        foreach (var result in _builder.LinearMap(outputs, inputs, matrices))
            Keep(result, Math.Max(leftBound, rightBound));
    }

    /// <summary>A matrix that makes values no larger than its operands are.</summary>
    private FrozenMatrix Matrix(FeatureBlocks output, FeatureBlocks input, int operands)
    {
        var matrix = new FrozenMatrix($"weights.{_matrices.Count}", Transposed: _random.Next(2) == 0);
        var (rows, columns) = matrix.Transposed ? (input.Features, output.Features) : (output.Features, input.Features);
        var values = Enumerable.Range(0, rows * columns).Select(_ => (float)((2 * _random.NextDouble() - 1) / (operands * input.Features)));
        _matrices.Add(matrix.Name, new FrozenWeights([.. values], rows, columns));
        return matrix;
    }

    private void Keep(Value value, double bound)
    {
        _bounds[value.Name] = bound;
        if (bound <= LargestBound)
            _values.Add((value, bound));
        else
            Keep(_builder.Masked("scaled", value.Axes, ProgramBuilder.Mask(value, 1 / bound)), 1);
    }
}

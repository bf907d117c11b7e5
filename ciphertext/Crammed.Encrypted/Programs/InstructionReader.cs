using System.Numerics;
using Crammed.Approximation;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>Reads instructions, line by line, and checks each against the values that live when it runs.</summary>
internal sealed class InstructionReader
{
    private readonly Dictionary<string, ChebyshevPolynomial> _polynomials = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, Value> _living = [];
    private readonly Dictionary<string, Value> _stored = [];
    private SlotGrid _grid = new(1, 1, 1);
    private LevelFollower? _levels;

    public void AddPolynomial(ProgramLine line, string name, ChebyshevPolynomial polynomial)
    {
        if (!_polynomials.TryAdd(name, polynomial))
            throw line.Error($"there are two polynomials {name}");
    }

    /// <summary>After the head of the text.</summary>
    public void Begin(SlotGrid grid, IReadOnlyList<Value> inputs, ProgramLevels? levels)
    {
        _grid = grid;
        _levels = levels is null ? null : new LevelFollower(inputs, levels);
    }

    /// <summary>A value that lives, or null.</summary>
    public Value? Find(string name) => _living.GetValueOrDefault(name);

    /// <summary>A value where it is made, with its axes; it lives from now on.</summary>
    public Value Make(ProgramLine line)
    {
        var value = Declared(line);
        Begin(line, value);
        return value;
    }

    public Instruction Read(ProgramLine line)
    {
        var instruction = line.Second is "=" or "," or "[" ? Making(line) : Ending(line);
        line.ExpectEnd();
        try
        {
            _levels?.Follow(instruction);
        }
        catch (ArgumentException exception)
        {
            throw line.Error(exception.Message);
        }
        foreach (var result in instruction.Results)
            Begin(line, result);
        return instruction;
    }

    private void Begin(ProgramLine line, Value value)
    {
        if (!_names.Add(value.Name))
            throw line.Error($"there is a value {value.Name} already");
        _living.Add(value.Name, value);
    }

    private Instruction Ending(ProgramLine line)
    {
        if (line.Take("free"))
        {
            var freed = Group(line);
            _living.Remove(freed.Name);
            return new Free(freed);
        }
        if (!line.Take("store"))
            throw line.Error("no instruction begins like this");
        var stored = Group(line);
        _living.Remove(stored.Name);
        _stored.Add(stored.Name, stored);
        return new Store(stored);
    }

    private Instruction Making(ProgramLine line)
    {
        var results = line.List(",", () => Declared(line));
        line.Expect("=");
        var kind = line.Name("the kind of the instruction");
        if (results.Count > 1 && kind is not ("linear-map" or "refresh"))
            throw line.Error($"{kind} makes one value, not {results.Count}");
        var result = results[0];
        var operands = new OperandReader(line, result.Axes, Find, _grid);
        return kind switch
        {
            "sum" => ReadSum(line, result, operands),
            "products" => new Products(result, [.. line.List(";", operands.ProductTerm)]),
            "squared-differences" => operands.SquaredDifferences(result),
            "masked" => new Masked(result, [.. line.List(";", operands.MaskTerm)]),
            "rotate" => operands.Rotate(result),
            "rotate-and-sum" => operands.RotateAndSum(result),
            "fold" => operands.Fold(result),
            "polynomial" => ReadPolynomial(line, result, operands),
            "join" => ReadJoin(line, result),
            "linear-map" => ReadLinearMap(line, results),
            "spread-products" => ReadSpreadProducts(line, result),
            "lower" => ReadLower(line, result),
            "refresh" => ReadRefresh(line, results),
            "load" => ReadLoad(line, result),
            _ => throw line.Error($"there is no instruction '{kind}'"),
        };
    }

    private static Value Declared(ProgramLine line)
    {
        var name = line.Name("a value's name");
        if (!line.Take("["))
            return new Value(name, []);
        var axes = line.List(",", () => OperandReader.Axis(line));
        line.Expect("]");
        if (axes.DistinctBy(axis => axis.Name).Count() < axes.Count)
            throw line.Error($"{name} has two axes of one name");
        var vectors = axes.Aggregate(BigInteger.One, (product, axis) => product * axis.Size);
        return vectors <= ProgramText.MostVectors
            ? new Value(name, [.. axes])
            : throw line.Error($"{name} has {vectors} vectors; a group has at most {ProgramText.MostVectors}");
    }

    /// <summary>A group that lives, as a whole.</summary>
    private Value Group(ProgramLine line)
    {
        var name = line.Name("a value");
        return Find(name) ?? throw line.Error($"{name} is not made before this line, or is freed");
    }

    private static Sum ReadSum(ProgramLine line, Value result, OperandReader operands)
    {
        var terms = new List<SumTerm>();
        var constants = new List<SlotMask>();
        line.List(";", () =>
        {
            if (line.Take("constant"))
                constants.Add(operands.Mask());
            else
                terms.Add(operands.SumTerm());
            return terms.Count;
        });
        return terms.Count > 0
            ? new Sum(result, [.. terms], [.. constants])
            : throw line.Error($"{result.Name} is a sum of constants alone");
    }

    private PolynomialOf ReadPolynomial(ProgramLine line, Value result, OperandReader operands)
    {
        var function = line.Name("a polynomial's name");
        if (!_polynomials.TryGetValue(function, out var polynomial))
            throw line.Error($"there is no polynomial {function}");
        line.Expect("of");
        return new PolynomialOf(result, operands.Operand(), function, polynomial);
    }

    private Join ReadJoin(ProgramLine line, Value result)
    {
        var parts = line.List(",", () => Group(line));
        return parts.Sum(part => (long)part.Count) == result.Count
            ? new Join(result, [.. parts])
            : throw line.Error($"{result} is joined from {parts.Sum(part => (long)part.Count)} vectors");
    }

    private LinearMap ReadLinearMap(ProgramLine line, IReadOnlyList<Value> results)
    {
        var inputs = line.List(",", () => (Value: Group(line), Blocks: Blocks(line)));
        line.Expect("to");
        var outputs = line.List(",", () => Blocks(line));
        line.Expect("by");
        var matrices = line.List(",", () => Matrix(line));
        if (outputs.Count != results.Count || matrices.Count != inputs.Count * outputs.Count)
        {
            throw line.Error(
                $"{results.Count} values are made of {outputs.Count} outputs of {inputs.Count} inputs by {matrices.Count} matrices");
        }
        foreach (var (value, blocks) in inputs.Concat(results.Zip(outputs)))
            CheckColumns(line, value, blocks);
        return new LinearMap(
            [.. results], [.. outputs], [.. inputs.Select(input => input.Value)], [.. inputs.Select(input => input.Blocks)], [.. matrices]);
    }

    private SpreadProducts ReadSpreadProducts(ProgramLine line, Value result)
    {
        var operand = Group(line);
        var input = Blocks(line);
        line.Expect("to");
        var output = Blocks(line);
        line.Expect("rows");
        var step = line.Integer("the number of rows", 1, _grid.Tokens);
        var cycle = line.Take("cycle") ? Cycle(line) : ColumnCycle.Repeated;
        line.Expect("by");
        if (operand.Count != cycle.VectorsFor(input.Columns))
            throw line.Error($"{operand} has {operand.Count} vectors, {input} takes {cycle.VectorsFor(input.Columns)}");
        if ((output.Columns - 1L) * step >= _grid.Tokens)
            throw line.Error($"{output.Columns} columns every {step} rows do not fit {_grid.Tokens} tokens");
        return result.Axes.Count == 1 && result.Count == _grid.Blocks
            ? new SpreadProducts(result, operand, input, output, step, Matrix(line)) { Cycle = cycle }
            : throw line.Error($"{result} should have one axis of {_grid.Blocks}, the number of blocks");
    }

    private ColumnCycle Cycle(ProgramLine line)
    {
        var length = line.Integer("the length of a cycle", 2, _grid.Tokens);
        line.Expect("rows");
        return new ColumnCycle(length, line.Integer("the number of rows", 1, _grid.Tokens));
    }

    private Lower ReadLower(ProgramLine line, Value result)
    {
        var operand = Group(line);
        CheckAxes(line, result, operand);
        line.Expect("to");
        return new Lower(result, operand, line.Integer("a level", 0, ProgramText.HighestLevel));
    }

    private Refresh ReadRefresh(ProgramLine line, IReadOnlyList<Value> results)
    {
        var sources = line.List(",", () =>
        {
            var source = Group(line);
            line.Expect("range");
            var range = line.Number("a range");
            return range > 0 && double.IsNormal(range) && Math.ScaleB(1, Math.ILogB(range)) == range
                ? (source, range)
                : throw line.Error($"the range of {source.Name} is {range}; it must be a power of two");
        });
        line.Expect("by");
        var method = line.Take(ProgramText.Client) ? RefreshMethod.Client : RefreshMethod.Bootstrap;
        if (method == RefreshMethod.Bootstrap)
            line.Expect(ProgramText.Bootstrap);
        if (sources.Count != results.Count)
            throw line.Error($"{sources.Count} values are refreshed to {results.Count}");
        foreach (var (result, source) in results.Zip(sources))
            CheckAxes(line, result, source.source);
        return new Refresh([.. results], [.. sources.Select(source => source.source)], [.. sources.Select(source => source.range)], method);
    }

    private Load ReadLoad(ProgramLine line, Value result)
    {
        var name = line.Name("a stored value");
        if (!_stored.Remove(name, out var stored))
            throw line.Error($"{name} is not stored before this line, or is loaded already");
        CheckAxes(line, result, stored);
        return new Load(result, stored);
    }

    private FeatureBlocks Blocks(ProgramLine line) => OperandReader.Blocks(line, _grid);

    private static FrozenMatrix Matrix(ProgramLine line)
    {
        var name = line.Name("a matrix' name");
        if (!line.Take("^"))
            return new FrozenMatrix(name);
        line.Expect("T");
        return new FrozenMatrix(name, Transposed: true);
    }

    private static void CheckColumns(ProgramLine line, Value value, FeatureBlocks blocks)
    {
        if (value.Count != blocks.Columns)
            throw line.Error($"{value} has {value.Count} vectors, {blocks} takes {blocks.Columns}");
    }

    private static void CheckAxes(ProgramLine line, Value result, Value operand)
    {
        if (!result.Axes.Equals(operand.Axes))
            throw line.Error($"{result} is made of {operand}, whose axes are others");
    }
}

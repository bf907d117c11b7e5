using Crammed.Approximation;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>
/// Writes a program, instruction by instruction. Values are named after the scope that they are made in; what an instruction reads is
/// checked against the axes of the groups when it is written.
/// </summary>
/// <param name="grid">the slots</param>
public sealed class ProgramBuilder(SlotGrid grid)
{
    private readonly List<Value> _inputs = [];
    private readonly List<Instruction> _instructions = [];
    private readonly Dictionary<string, Value> _outputs = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, ChebyshevPolynomial> _polynomials = [];
    private readonly Dictionary<string, ValueDomain> _domains = [];
    private string _scope = "";

    public SlotGrid Grid => grid;

    /// <summary>Names of values made until the result is disposed begin with this.</summary>
    public IDisposable Scope(string name)
    {
        var before = _scope;
        _scope = before.Length == 0 ? name : $"{before}.{name}";
        return new ScopeEnd(() => _scope = before);
    }

    /// <summary>A group that a run is given.</summary>
    public Value Input(string name, params Axis[] axes)
    {
        var value = new Value(Unique(name), [.. axes]);
        _inputs.Add(value);
        return value;
    }

    /// <summary>A group that a run gives back.</summary>
    public void Output(string name, Value value) => _outputs.Add(name, value);

    /// <summary>Says where a value's slots must lie; null for anywhere.</summary>
    public Value Within(Value value, ValueDomain? domain)
    {
        if (domain is not null)
            _domains.Add(value.Name, domain);
        return value;
    }

    /// <summary>Sum of terms; see <see cref="Programs.Sum"/>.</summary>
    public Value Sum(string name, IReadOnlyList<Axis> axes, params SumTerm[] terms) => SumPlus(name, axes, [], terms);

    /// <summary>Sum of terms and public slots; see <see cref="Programs.Sum"/>.</summary>
    public Value SumPlus(string name, IReadOnlyList<Axis> axes, IReadOnlyList<SlotMask> constants, params SumTerm[] terms) =>
        Emit(new Sum(New(name, axes), [.. terms], [.. constants]), terms.Select(term => (term.Operand, term.Over)));

    /// <summary>Sum of products; see <see cref="Programs.Products"/>.</summary>
    public Value Products(string name, IReadOnlyList<Axis> axes, params ProductTerm[] terms) => Emit(
        new Products(New(name, axes), [.. terms]), terms.SelectMany(term => new[] { (term.Left, term.Over), (term.Right, term.Over) }));

    /// <summary>Product of two vectors for each point of the axes.</summary>
    public Value Multiply(string name, IReadOnlyList<Axis> axes, Operand left, Operand right) => Products(name, axes, Product(left, right));

    /// <summary>See <see cref="Programs.SquaredDifferences"/>.</summary>
    public Value SquaredDifferences(string name, IReadOnlyList<Axis> axes, Operand left, Operand right, params Axis[] over) =>
        Emit(new SquaredDifferences(New(name, axes), left, right, [.. over]), [(left, [.. over]), (right, [.. over])]);

    /// <summary>Sum of vectors times public slots; see <see cref="Programs.Masked"/>.</summary>
    public Value Masked(string name, IReadOnlyList<Axis> axes, params MaskTerm[] terms) =>
        Emit(new Masked(New(name, axes), [.. terms]), terms.Select(term => (term.Operand, term.Over)));

    /// <summary>See <see cref="Programs.Rotate"/>.</summary>
    public Value Rotate(string name, IReadOnlyList<Axis> axes, Operand operand, AxisIndex steps) =>
        Emit(new Rotate(New(name, axes), operand, steps), [(operand, [])]);

    /// <summary>See <see cref="Programs.RotateAndSum"/>.</summary>
    public Value RotateAndSum(string name, IReadOnlyList<Axis> axes, Operand operand, AxisIndex steps, params Axis[] over) =>
        Emit(new RotateAndSum(New(name, axes), operand, steps, [.. over]), [(operand, [.. over])]);

    /// <summary>See <see cref="Programs.Fold"/>; the axes are the operand's.</summary>
    public Value Fold(string name, Value operand, int stride, int count) => count == 1
        ? operand
        : Emit(new Fold(New(name, operand.Axes), operand, stride, count), [(operand, [])]);

    /// <summary>See <see cref="PolynomialOf"/>; the axes are the operand's.</summary>
    /// <exception cref="ArgumentException">another polynomial has this name</exception>
    public Value Polynomial(string name, Value operand, string function, ChebyshevPolynomial approximation)
    {
        if (!_polynomials.TryAdd(function, approximation) && !ReferenceEquals(_polynomials[function], approximation))
            throw new ArgumentException($"{function} is the name of another polynomial", nameof(function));
        return Emit(new PolynomialOf(New(name, operand.Axes), operand, function, approximation), [(operand, [])]);
    }

    /// <summary>See <see cref="Programs.Join"/>.</summary>
    public Value Join(string name, string axis, params Value[] parts) => Join(name, [new Axis(axis, parts.Sum(part => part.Count))], parts);

    /// <summary>See <see cref="Programs.Join"/>; the axes are those of the result.</summary>
    /// <exception cref="ArgumentException">the parts have another number of vectors</exception>
    public Value Join(string name, IReadOnlyList<Axis> axes, params Value[] parts)
    {
        var result = New(name, axes);
        return parts.Sum(part => part.Count) == result.Count
            ? Emit(new Join(result, [.. parts]), [])
            : throw new ArgumentException($"{result} is joined from {string.Join(" and ", parts.Select(part => part.ToString()))}");
    }

    /// <summary>See <see cref="Programs.LinearMap"/>.</summary>
    /// <param name="outputs">name, axes and features of each result</param>
    /// <param name="inputs">the operands and their features</param>
    /// <param name="matrices">for each result, then for each operand</param>
    public IReadOnlyList<Value> LinearMap(
        IReadOnlyList<(string Name, IReadOnlyList<Axis> Axes, FeatureBlocks Blocks)> outputs,
        IReadOnlyList<(Value Value, FeatureBlocks Blocks)> inputs, IReadOnlyList<FrozenMatrix> matrices)
    {
        var results = outputs.Select(output => New(output.Name, output.Axes)).ToArray();
        if (matrices.Count != outputs.Count * inputs.Count)
            throw new ArgumentException($"{results[0].Name}: {matrices.Count} matrices for {outputs.Count} outputs of {inputs.Count} inputs");
        foreach (var (value, blocks) in inputs.Concat(results.Zip(outputs, (value, output) => (value, output.Blocks))))
        {
            if (value.Count != blocks.Columns || blocks.Blocks > grid.Blocks)
                throw new ArgumentException($"{results[0].Name}: {value} does not hold {blocks} of {grid.Blocks} blocks");
        }
        _instructions.Add(new LinearMap(
            [.. results], [.. outputs.Select(output => output.Blocks)], [.. inputs.Select(input => input.Value)], [.. inputs.Select(input => input.Blocks)],
            [.. matrices]));
        return results;
    }

    /// <summary>See <see cref="Programs.SpreadProducts"/>; columns are repeated unless a cycle is given.</summary>
    public Value SpreadProducts(
        string name, Value operand, FeatureBlocks input, FeatureBlocks output, int rowStep, FrozenMatrix matrix, ColumnCycle? cycle = null)
    {
        cycle ??= ColumnCycle.Repeated;
        if (operand.Count != cycle.VectorsFor(input.Columns) || (output.Columns - 1) * rowStep >= grid.Tokens)
            throw new ArgumentException($"{name}: {operand} as {input} to {output} every {rowStep} rows of {grid.Tokens}");
        return Emit(
            new SpreadProducts(New(name, [new Axis("shift", grid.Blocks)]), operand, input, output, rowStep, matrix) { Cycle = cycle }, []);
    }

    /// <exception cref="InvalidOperationException">there are no instructions</exception>
    public EncryptedProgram Build() => _instructions.Count == 0
        ? throw new InvalidOperationException("the program has no instructions")
        : new EncryptedProgram(grid, [.. _inputs], [.. _instructions], new Dictionary<string, Value>(_outputs))
        {
            Domains = new Dictionary<string, ValueDomain>(_domains),
        };

    /// <summary>A term of a sum.</summary>
    public static SumTerm Term(Operand operand, long factor = 1, params Axis[] over) => new(operand, factor, [.. over]);

    /// <summary>A term of a sum of products.</summary>
    public static ProductTerm Product(Operand left, Operand right, params Axis[] over) => new(left, right, 1, [.. over]);

    /// <summary>A term of a sum of masked vectors.</summary>
    public static MaskTerm Mask(Operand operand, SlotMask mask, params Axis[] over) => new(operand, mask, [.. over]);

    private Value Emit(SingleInstruction instruction, IEnumerable<(Operand Operand, ValueList<Axis> Over)> reads)
    {
        foreach (var (operand, over) in reads)
            CheckRead(instruction.Result, operand, over);
        _instructions.Add(instruction);
        return instruction.Result;
    }

    /// <summary>Each index stays within its axis, whatever the loops; loops of one name have one length.</summary>
    private static void CheckRead(Value result, Operand operand, ValueList<Axis> over)
    {
        if (operand.Indices.Count != operand.Value.Axes.Count)
            throw new ArgumentException($"{result.Name}: {operand.Value} is read by {operand.Indices.Count} indices");
        var loops = result.Axes.Concat(over).ToDictionary(axis => axis.Name);
        foreach (var (index, axis) in operand.Indices.Zip(operand.Value.Axes))
        {
            if (index.Steps.FirstOrDefault(step => loops.GetValueOrDefault(step.Axis.Name) != step.Axis) is { } unknown)
                throw new ArgumentException($"{result.Name}: {operand} is read over {unknown.Axis}, which no loop runs over");
            if (index.Least < 0 || index.Largest >= axis.Size)
                throw new ArgumentException($"{result.Name}: {operand} reads {index.Least} to {index.Largest} of axis {axis}");
        }
    }

    private Value New(string name, IReadOnlyList<Axis> axes) => new(Unique(name), [.. axes]);

    private string Unique(string name)
    {
        var full = _scope.Length == 0 ? name : $"{_scope}.{name}";
        for (var (candidate, i) = (full, 2); ; candidate = $"{full}_{i++}")
        {
            if (_names.Add(candidate))
                return candidate;
        }
    }

    private sealed class ScopeEnd(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

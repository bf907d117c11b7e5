using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>What a run of a program is given besides its inputs.</summary>
/// <param name="Matrices">frozen matrices by name</param>
/// <param name="Scalars">named scalars of this step: learning rate, loss scale...</param>
public sealed record ProgramConstants(IReadOnlyDictionary<string, FrozenWeights> Matrices, IReadOnlyDictionary<string, double> Scalars)
{
    /// <summary>Frozen vectors by name.</summary>
    public IReadOnlyDictionary<string, float[]> Vectors { get; init; } = new Dictionary<string, float[]>();

    internal PublicSlots At(SlotMask mask, LoopPoint point, SlotGrid grid) => mask.At(point, grid, Scalars, Vectors);
}

/// <summary>Told of every group as it is made, with its vectors, which it must not keep.</summary>
public delegate void ValueObserver(Instruction instruction, Value value, IReadOnlyList<SlotVector> vectors);

/// <summary>
/// Executes a program on a backend: walks the instructions, resolves the loops to vectors, hands whole groups to the backend, and frees what
/// the program frees; what is left at the end, but for the outputs, is freed then.
/// </summary>
public sealed class ProgramRun : IDisposable
{
    private readonly IGroupBackend _backend;
    private readonly SlotGrid _grid;
    private readonly ProgramConstants _constants;
    private readonly Dictionary<Value, SlotVector[]> _vectors = [];
    private readonly StoredGroups _stored;

    private ProgramRun(IGroupBackend backend, SlotGrid grid, ProgramConstants constants, string? folder)
    {
        _backend = backend;
        _grid = grid;
        _constants = constants;
        _stored = new StoredGroups(backend, folder);
    }

    /// <summary>Runs a program from its inputs, which stay the caller's, to its outputs, which become the caller's.</summary>
    /// <param name="program">planned, or without levels</param>
    /// <param name="backend">executes its instructions</param>
    /// <param name="inputs">by name</param>
    /// <param name="constants">what else the program reads</param>
    /// <param name="observer">told of every group, or null</param>
    /// <param name="folder">where groups that the program stores lie until they are loaded; programs that store none need none</param>
    /// <exception cref="ArgumentException">an input is missing, or has another number of vectors</exception>
    /// <exception cref="InvalidOperationException">the program stores a group, and there is no folder</exception>
    public static IReadOnlyDictionary<string, SlotVector[]> Execute(
        EncryptedProgram program, IGroupBackend backend, IReadOnlyDictionary<string, SlotVector[]> inputs, ProgramConstants constants,
        ValueObserver? observer = null, string? folder = null)
    {
        using var run = new ProgramRun(backend, program.Grid, constants, folder);
        foreach (var input in program.Inputs)
            run._vectors.Add(input, Given(inputs, input));
        foreach (var instruction in program.Instructions)
        {
            var made = run.ExecuteNamed(instruction);
            var taken = 0;
            foreach (var result in instruction.Results)
            {
                run._vectors.Add(result, made[taken..(taken + result.Count)]);
                taken += result.Count;
                observer?.Invoke(instruction, result, run._vectors[result]);
            }
        }
        return program.Outputs.ToDictionary(output => output.Key, output => Shared(run._vectors[output.Value]));
    }

    public void Dispose()
    {
        foreach (var vector in _vectors.Values.SelectMany(vectors => vectors))
            vector.Dispose();
        _vectors.Clear();
        _stored.Dispose();
    }

    private static SlotVector[] Given(IReadOnlyDictionary<string, SlotVector[]> inputs, Value input)
    {
        if (!inputs.TryGetValue(input.Name, out var vectors))
            throw new ArgumentException($"the program's input {input} is missing");
        return vectors.Length == input.Count
            ? Shared(vectors)
            : throw new ArgumentException($"the program's input {input} takes {input.Count} vectors, {vectors.Length} are given");
    }

    private static SlotVector[] Shared(IEnumerable<SlotVector> vectors) => [.. vectors.Select(vector => vector.Share())];

    /// <summary>As <see cref="Execute(Instruction)"/>; what leaves its range is told by the name of the value that was to be made.</summary>
    private SlotVector[] ExecuteNamed(Instruction instruction)
    {
        try
        {
            return Execute(instruction);
        }
        catch (RangeViolationException violation)
        {
            throw new RangeViolationException($"{instruction.Results[0].Name}: {violation.Message}");
        }
    }

    /// <summary>Vectors of all results, one group after the other.</summary>
    private SlotVector[] Execute(Instruction instruction) => instruction switch
    {
        Sum sum => _backend.Sum(
            Jobs(sum.Result, sum.Terms, term => term.Over, (term, point) => new ScaledVector(Read(term.Operand, point), term.Factor)),
            Jobs(sum.Result, sum.Constants, _ => [], (mask, point) => _constants.At(mask, point, _grid))),
        Products products => _backend.SumOfProducts(Jobs(
            products.Result, products.Terms, term => term.Over,
            (term, point) => new VectorProduct(Read(term.Left, point), Read(term.Right, point), term.Factor))),
        SquaredDifferences squares => _backend.SumOfSquaredDifferences(Jobs(
            squares.Result, [squares], term => term.Over, (term, point) => (Read(term.Left, point), Read(term.Right, point)))),
        Masked masked => _backend.SumOfMasked(Jobs(
            masked.Result, masked.Terms, term => term.Over,
            (term, point) => new MaskedVector(Read(term.Operand, point), _constants.At(term.Mask, point, _grid)))),
        Rotate rotate => _backend.Rotate(
            [.. Points(rotate.Result.Axes).Select(point => new Rotation(Read(rotate.Operand, point), rotate.Steps.At(point)))]),
        RotateAndSum rotate => _backend.SumOfRotations(Jobs(
            rotate.Result, [rotate], term => term.Over, (term, point) => new Rotation(Read(term.Operand, point), term.Steps.At(point)))),
        Fold fold => _backend.Fold(Read(fold.Result, fold.Operand), fold.Stride, fold.Count),
        PolynomialOf polynomial => _backend.Evaluate(
            Read(polynomial.Result, polynomial.Operand), polynomial.Function, polynomial.Approximation),
        Join join => Shared(join.Parts.SelectMany(part => _vectors[part])),
        LinearMap map => _backend.LinearMap(
            [.. map.Inputs.SelectMany(input => _vectors[input])], map, _grid,
            [.. map.Matrices.Select(matrix => FrozenWeights.Find(_constants.Matrices, matrix))]),
        SpreadProducts map => _backend.SpreadProducts(
            _vectors[map.Operand], map, _grid, FrozenWeights.Find(_constants.Matrices, map.Matrix)),
        Lower lower => _backend.Lower(_vectors[lower.Operand], lower.Level),
        Refresh refresh => _backend.Refresh(
            [.. refresh.Sources.SelectMany(source => _vectors[source])],
            [.. refresh.Sources.Zip(refresh.Ranges).SelectMany(pair => Enumerable.Repeat(pair.Second, pair.First.Count))], refresh.Method),
        Free free => Release(free.Operand),
        Store store => StoreAway(store.Operand),
        Load load => _stored.Load(load.Stored),
        _ => throw new NotSupportedException($"no run executes {instruction.GetType().Name}"),
    };

    private SlotVector[] StoreAway(Value value)
    {
        _stored.Store(value, _vectors[value]);
        return Release(value);
    }

    private SlotVector[] Release(Value value)
    {
        _vectors.Remove(value, out var vectors);
        foreach (var vector in vectors!)
            vector.Dispose();
        return [];
    }

    private SlotVector Read(Operand operand, LoopPoint point) => _vectors[operand.Value][operand.At(point)];

    private SlotVector[] Read(Value result, Operand operand) => [.. Points(result.Axes).Select(point => Read(operand, point))];

    /// <summary>For each vector of the result: what its terms read, over their own loops.</summary>
    private static T[][] Jobs<T, TTerm>(
        Value result, IReadOnlyList<TTerm> terms, Func<TTerm, IReadOnlyList<Axis>> over, Func<TTerm, LoopPoint, T> read) =>
        [.. Points(result.Axes).Select(point =>
            terms.SelectMany(term => point.Over(over(term)).Select(_ => read(term, point))).ToArray())];

    /// <summary>One point, which moves.</summary>
    private static IEnumerable<LoopPoint> Points(IReadOnlyList<Axis> axes)
    {
        var point = new LoopPoint();
        return point.Over(axes).Select(_ => point);
    }
}

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
    private readonly EncryptedProgram _program;
    private readonly IGroupBackend _backend;
    private readonly SlotGrid _grid;
    private readonly ProgramConstants _constants;
    private readonly Dictionary<Value, SlotVector[]> _vectors = [];
    private readonly StoredGroups _stored;

    private ProgramRun(EncryptedProgram program, IGroupBackend backend, ProgramConstants constants, SpillFolder? folder)
    {
        _program = program;
        _backend = backend;
        _grid = program.Grid;
        _constants = constants;
        _stored = new StoredGroups(backend, folder);
    }

    /// <summary>The instruction to execute next, from 0.</summary>
    public int Next { get; private set; }

    public bool IsDone => Next == _program.Instructions.Count;

    /// <summary>Where the run is; its vectors stay the run's.</summary>
    public ProgramPosition Position => new(
        Next, _vectors.ToDictionary(group => group.Key, IReadOnlyList<SlotVector> (group) => group.Value), _stored.Paths.ToDictionary());

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
        using var run = Start(program, backend, inputs, constants, folder is null ? null : new SpillFolder(folder));
        while (!run.IsDone)
            run.Step(observer);
        return run.Outputs();
    }

    /// <summary>A run that the caller takes forward, instruction by instruction; arguments are those of Execute.</summary>
    /// <exception cref="ArgumentException">an input is missing, or has another number of vectors</exception>
    public static ProgramRun Start(
        EncryptedProgram program, IGroupBackend backend, IReadOnlyDictionary<string, SlotVector[]> inputs, ProgramConstants constants,
        SpillFolder? folder = null)
    {
        var run = new ProgramRun(program, backend, constants, folder);
        foreach (var input in program.Inputs)
            run._vectors.Add(input, Given(inputs, input));
        return run;
    }

    /// <summary>A run that goes on from a position: its vectors stay the caller's, its stored groups become the run's.</summary>
    /// <exception cref="ArgumentException">the position is none of the program</exception>
    public static ProgramRun Resume(
        EncryptedProgram program, IGroupBackend backend, ProgramPosition position, ProgramConstants constants, SpillFolder? folder = null)
    {
        if (position.Instruction < 0 || position.Instruction > program.Instructions.Count)
            throw new ArgumentException($"instruction {position.Instruction} of {program.Instructions.Count}", nameof(position));
        if (folder is null && position.Stored.Count > 0)
            throw new ArgumentException("groups are stored, and the run has no folder for them", nameof(folder));
        var run = new ProgramRun(program, backend, constants, folder) { Next = position.Instruction };
        foreach (var (value, vectors) in position.Groups)
            run._vectors.Add(value, Shared(vectors));
        foreach (var (value, path) in position.Stored)
            run._stored.Adopt(value, path);
        return run;
    }

    /// <summary>Executes the next instruction.</summary>
    /// <param name="observer">told of every group that it makes, or null</param>
    /// <exception cref="InvalidOperationException">the run is done, or the program stores a group, and there is no folder</exception>
    public void Step(ValueObserver? observer = null)
    {
        if (IsDone)
            throw new InvalidOperationException("all instructions are executed");
        var instruction = _program.Instructions[Next];
        var made = ExecuteNamed(instruction);
        Next++;
        var taken = 0;
        foreach (var result in instruction.Results)
        {
            _vectors.Add(result, made[taken..(taken + result.Count)]);
            taken += result.Count;
            observer?.Invoke(instruction, result, _vectors[result]);
        }
    }

    /// <summary>The outputs, which become the caller's.</summary>
    /// <exception cref="InvalidOperationException">the run is not done</exception>
    public IReadOnlyDictionary<string, SlotVector[]> Outputs() => IsDone
        ? _program.Outputs.ToDictionary(output => output.Key, output => Shared(_vectors[output.Value]))
        : throw new InvalidOperationException($"{Next} of {_program.Instructions.Count} instructions are executed");

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
            var made = Execute(instruction);
            CheckDomains(instruction, made);
            return made;
        }
        catch (RangeViolationException violation)
        {
            throw new RangeViolationException($"{ResultOf(instruction, violation.Vector).Name}: {violation.Message}", violation.Vector);
        }
    }

    private void CheckDomains(Instruction instruction, SlotVector[] made)
    {
        if (instruction is not SingleInstruction { Result: var result } || !_program.Domains.TryGetValue(result.Name, out var domain))
            return;
        try
        {
            _backend.Check(made, domain);
        }
        catch (RangeViolationException)
        {
            foreach (var vector in made)
                vector.Dispose();
            throw;
        }
    }

    /// <summary>The result that a vector belongs to, all results' vectors one after the other.</summary>
    private static Value ResultOf(Instruction instruction, int vector)
    {
        foreach (var result in instruction.Results)
        {
            if (vector < result.Count)
                return result;
            vector -= result.Count;
        }
        return instruction.Results[^1];
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
        Masked masked => MultiplyMasks(masked),
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
            refresh.VectorRanges, refresh.Method),
        Free free => Release(free.Operand),
        Store store => StoreAway(store.Operand),
        Load load => _stored.Load(load.Stored),
        _ => throw new NotSupportedException($"no run executes {instruction.GetType().Name}"),
    };

    private SlotVector[] MultiplyMasks(Masked masked)
    {
        var masks = new Dictionary<object, ResolvedMask>(ReferenceEqualityComparer.Instance);
        foreach (var term in masked.Terms)
            masks[term] = new ResolvedMask(term.Mask, _constants, _grid);
        return _backend.SumOfMasked(Jobs(
            masked.Result, masked.Terms, term => term.Over,
            (term, point) => new MaskedVector(Read(term.Operand, point), masks[term].At(point))));
    }

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

using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>How an instruction of a region is tiled.</summary>
/// <param name="Axis">its loop</param>
/// <param name="IsSummed">whether the loop is summed over: then each tile adds a part</param>
internal readonly record struct TiledLoop(Axis Axis, bool IsSummed);

/// <summary>
/// Instructions that can go through an axis in step, tile by tile: each reads what the others make at exactly the loop's index. What is
/// made along the axis exists whole only if something else reads it; sums over the axis are added up part by part.
/// </summary>
internal sealed class TileRegion
{
    private readonly ProgramDependencies _dependencies;
    private readonly SortedDictionary<int, TiledLoop> _loops = [];
    private readonly Dictionary<Value, int> _tiled = [];
    private readonly List<int> _results = [];
    private readonly int _size;

    private TileRegion(ProgramDependencies dependencies, int size) => (_dependencies, _size) = (dependencies, size);

    /// <summary>Points of the tiled axis.</summary>
    public int Size => _size;

    /// <summary>Instructions of the region, by number.</summary>
    public IReadOnlyDictionary<int, TiledLoop> Loops => _loops;

    /// <summary>Values made in tiles, and which of their axes is tiled.</summary>
    public IReadOnlyDictionary<Value, int> Tiled => _tiled;

    /// <summary>The region that grows from a value.</summary>
    /// <param name="dependencies">of the program</param>
    /// <param name="seed">made by an instruction with loops</param>
    /// <param name="axis">number of the axis that is tiled</param>
    /// <param name="reach">how many instructions away from the seed it grows</param>
    /// <returns>null if there is none</returns>
    public static TileRegion? Grow(ProgramDependencies dependencies, Value seed, int axis, int reach)
    {
        var producer = dependencies.Producer(dependencies[seed]);
        if (producer < 0 || !dependencies.Program.Instructions[producer].HasLoops() || seed.Axes[axis].Size < 2)
            return null;
        var region = new TileRegion(dependencies, seed.Axes[axis].Size);
        region.Add(producer, new TiledLoop(seed.Axes[axis], IsSummed: false));
        for (var distance = 0; distance < reach; distance++)
        {
            var (before, tiled) = (region._loops.Count, region._tiled.Keys.ToArray());
            foreach (var consumer in tiled.SelectMany(value => dependencies.Consumers(dependencies[value]).ToArray()).Distinct().Order())
                region.TryAbsorb(consumer);
            region.PullProducers();
            if (region._loops.Count == before)
                break;
        }
        return region.IsSound() ? region : null;
    }

    /// <summary>Whether a value is read by an instruction outside, or given back: then it is needed whole.</summary>
    public bool IsNeededWhole(Value value)
    {
        var number = _dependencies[value];
        return _dependencies.Outputs.Contains(number)
            || _dependencies.Consumers(number).ToArray().Any(reader => !_loops.ContainsKey(reader));
    }

    private void Add(int instruction, TiledLoop loop)
    {
        _loops.Add(instruction, loop);
        var result = _dependencies.Program.Instructions[instruction].Results[0];
        _results.Add(_dependencies[result]);
        if (!loop.IsSummed)
            _tiled.Add(result, result.Axes.TakeWhile(axis => axis != loop.Axis).Count());
    }

    /// <summary>Adds an instruction that reads tiled values in step alone.</summary>
    private void TryAbsorb(int number)
    {
        var instruction = _dependencies.Program.Instructions[number];
        if (_loops.ContainsKey(number) || !instruction.HasLoops())
            return;
        TiledLoop? found = null;
        foreach (var (operand, over) in instruction.Reads())
        {
            if (!_tiled.TryGetValue(operand.Value, out var axis))
                continue;
            if (LoopOf(operand.Indices[axis]) is not { } loop || loop.Size != _size)
                return;
            var tiledLoop = new TiledLoop(loop, over.Contains(loop));
            if (found is not null && found != tiledLoop)
                return;
            found = tiledLoop;
        }
        if (found is { } chosen && !ReadsFromRegion(number))
            Add(number, chosen);
    }

    /// <summary>Adds what makes operands that are read in step by instructions of the region alone.</summary>
    private void PullProducers()
    {
        foreach (var operand in _loops.Keys.ToArray().SelectMany(number => _dependencies.Operands(number).ToArray()).Distinct())
        {
            var (value, producer) = (_dependencies.Values[operand], _dependencies.Producer(operand));
            if (producer < 0 || _loops.ContainsKey(producer) || IsNeededWhole(value))
                continue;
            if (!_dependencies.Program.Instructions[producer].HasLoops() || ReadsFromRegion(producer))
                continue;
            var axis = Enumerable.Range(0, value.Axes.Count).FirstOrDefault(axis => IsReadInStep(value, axis), -1);
            if (axis >= 0)
                Add(producer, new TiledLoop(value.Axes[axis], IsSummed: false));
        }
    }

    private bool IsReadInStep(Value value, int axis)
    {
        if (value.Axes[axis].Size != _size)
            return false;
        foreach (var reader in _dependencies.Consumers(_dependencies[value]))
        {
            var loop = _loops[reader];
            foreach (var (operand, over) in _dependencies.Program.Instructions[reader].Reads().Where(read => read.Operand.Value == value))
            {
                if (LoopOf(operand.Indices[axis]) != loop.Axis || over.Contains(loop.Axis) != loop.IsSummed)
                    return false;
            }
        }
        return true;
    }

    /// <summary>Whether an instruction needs something whole that is computed from what the region makes.</summary>
    private bool ReadsFromRegion(int number)
    {
        foreach (var operand in _dependencies.Operands(number))
        {
            if (_tiled.ContainsKey(_dependencies.Values[operand]))
                continue;
            if (_results.Any(result => operand == result || _dependencies.DependsOn(operand, result)))
                return true;
        }
        return false;
    }

    /// <summary>Once more for all instructions, now that the region has all its results.</summary>
    private bool IsSound() => _loops.Keys.All(number => !ReadsFromRegion(number));

    /// <summary>The loop that an index is, with nothing added.</summary>
    private static Axis? LoopOf(AxisIndex index) => index is { Offset: 0, Steps: [{ Factor: 1, Axis: var axis }] } ? axis : null;
}

using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>A program with refreshes, and the level that each value stands at when it is made.</summary>
/// <param name="Program">in an order in which it can run; nothing is lowered or freed yet</param>
/// <param name="Levels">of all its values</param>
internal sealed record LevelledProgram(EncryptedProgram Program, IReadOnlyDictionary<Value, int> Levels);

/// <summary>
/// Splits a region along its axis, so that slices are made, used and freed one after the other. What the region makes along the axis and
/// others read is joined; what it sums over the axis is added up, part by part. Outputs are the same, but for the order of sums.
/// </summary>
internal static class Tiling
{
    /// <param name="before">the program</param>
    /// <param name="region">of its instructions</param>
    /// <param name="tiles">how many, at most the points of the axis</param>
    /// <returns>the tiled program and the tiles of each value; null if something between the region's instructions, or a reader of whole
    /// groups, does not allow it</returns>
    public static (LevelledProgram Program, IReadOnlyDictionary<Value, IReadOnlyList<Value>> Tiles)? Apply(
        LevelledProgram before, TileRegion region, int tiles)
    {
        if (region.Tiled.Any(entry => entry.Value > 0 && region.IsNeededWhole(entry.Key) && IsReadAsGroup(before.Program, entry.Key)))
            return null;
        if (Around(before.Program, region) is not { } around)
            return null;
        var split = new Split(before, region, tiles);
        split.Run();
        var instructions = around.First.Concat(split.Instructions).Concat(around.Last).Select(split.Reading);
        var program = before.Program with { Instructions = [.. instructions] };
        return (new LevelledProgram(program, split.Levels), split.Tiles.ToDictionary(
            entry => entry.Key, entry => (IReadOnlyList<Value>)entry.Value));
    }

    private static bool IsReadAsGroup(EncryptedProgram program, Value value) =>
        program.Outputs.Values.Contains(value)
        || program.Instructions.Any(instruction => !instruction.HasLoops() && instruction.Operands.Contains(value));

    /// <summary>
    /// The instructions that go before the region and after it: of those that stand between its own, only what it needs goes before.
    /// </summary>
    private static (List<Instruction> First, List<Instruction> Last)? Around(EncryptedProgram program, TileRegion region)
    {
        var (from, to) = (region.Loops.Keys.First(), region.Loops.Keys.Last());
        var made = region.Loops.Keys.SelectMany(number => program.Instructions[number].Results).ToHashSet();
        var needed = region.Loops.Keys.SelectMany(number => program.Instructions[number].Operands).ToHashSet();
        var goesBefore = new HashSet<int>();
        for (var i = to; i >= from; i--)
        {
            var instruction = program.Instructions[i];
            if (region.Loops.ContainsKey(i) || !instruction.Results.Any(needed.Contains))
                continue;
            if (instruction.Operands.Any(made.Contains))
                return null;
            goesBefore.Add(i);
            needed.UnionWith(instruction.Operands);
        }
        var (first, last) = (new List<Instruction>(), new List<Instruction>());
        for (var i = 0; i < program.Instructions.Count; i++)
        {
            if (!region.Loops.ContainsKey(i))
                (i < from || goesBefore.Contains(i) ? first : last).Add(program.Instructions[i]);
        }
        return (first, last);
    }

    private sealed class Split
    {
        private readonly TileRegion _region;
        private readonly EncryptedProgram _program;
        private readonly Dictionary<Value, int> _levels;
        private readonly UniqueNames _names;
        private readonly List<LoopTile> _places = [];
        private readonly Dictionary<Value, List<Value>> _tiles = [];
        private readonly Dictionary<Value, Value> _sums = [];
        private readonly Dictionary<Value, Value> _reordered = [];
        private readonly int _tileSize;

        public Split(LevelledProgram before, TileRegion region, int tiles)
        {
            (_program, _region, _levels) = (before.Program, region, new Dictionary<Value, int>(before.Levels));
            _names = new UniqueNames(before.Levels.Keys.Select(value => value.Name));
            _tileSize = (region.Size + tiles - 1) / tiles;
        }

        public List<Instruction> Instructions { get; } = [];

        public IReadOnlyDictionary<Value, int> Levels => _levels;

        public IReadOnlyDictionary<Value, List<Value>> Tiles => _tiles;

        public void Run()
        {
            for (var first = 0; first < _region.Size; first += _tileSize)
            {
                var size = Math.Min(_tileSize, _region.Size - first);
                foreach (var (number, loop) in _region.Loops)
                    Emit(_program.Instructions[number], loop, new LoopTile(loop.Axis, first, size));
            }
            foreach (var (value, axis) in _region.Tiled.Where(entry => _region.IsNeededWhole(entry.Key)))
                Join(value, axis);
        }

        /// <summary>An instruction outside the region, whose operands' axes may stand in another order now.</summary>
        public Instruction Reading(Instruction instruction) => _reordered.Count == 0 || !instruction.Operands.Any(_reordered.ContainsKey)
            ? instruction
            : instruction.Reading(
                operand => _reordered.TryGetValue(operand.Value, out var reordered)
                    ? new Operand(reordered, AxisFirst(operand.Indices, _region.Tiled[operand.Value]))
                    : operand,
                value => value);

        private void Emit(Instruction instruction, TiledLoop loop, LoopTile tile)
        {
            var result = instruction.Results[0];
            if (loop.IsSummed)
            {
                Add(result, Make($"{result.Name}.part", result.Axes, result), tile, part =>
                    instruction.Part(part, tile, operand => _region.Tiled.ContainsKey(operand.Value), operand => Read(operand, tile)));
                return;
            }
            var made = Make($"{result.Name}.tile", AxisFirst(tile.In(result.Axes), _region.Tiled[result]), result);
            if (!_tiles.TryGetValue(result, out var tiles))
                _tiles.Add(result, tiles = []);
            tiles.Add(made);
            Instructions.Add(instruction.Narrowed(made, tile, operand => Read(operand, tile)));
        }

        /// <summary>Adds a part to the sum so far; the last sum is the value itself.</summary>
        private void Add(Value whole, Value part, LoopTile tile, Func<Value, Instruction> make)
        {
            Instructions.Add(make(part));
            if (tile.First == 0)
            {
                _sums.Add(whole, part);
                return;
            }
            var sum = tile.First + tile.Size == _region.Size ? whole : Make($"{whole.Name}.sum", whole.Axes, whole);
            Instructions.Add(new Sum(sum, [ProgramBuilder.Term(_sums[whole]), ProgramBuilder.Term(part)], []));
            _sums[whole] = sum;
        }

        private void Join(Value value, int axis)
        {
            var joined = value;
            if (axis > 0)
            {
                joined = Make(value.Name, AxisFirst(value.Axes, axis), value);
                _reordered.Add(value, joined);
            }
            Instructions.Add(new Join(joined, [.. _tiles[value]]));
        }

        private Operand Read(Operand operand, LoopTile tile)
        {
            ValueList<AxisIndex> indices = [.. operand.Indices.Select(tile.In)];
            if (!_region.Tiled.TryGetValue(operand.Value, out var axis))
                return operand with { Indices = indices };
            var inTile = AxisFirst(indices, axis).Select((index, i) => i == 0 ? index + -tile.First : index);
            return new Operand(_tiles[operand.Value][^1], [.. inTile]);
        }

        private Value Make(string name, ValueList<Axis> axes, Value like)
        {
            var value = new Value(_names.Of(name), axes);
            _levels.Add(value, _levels[like]);
            return value;
        }

        private static ValueList<T> AxisFirst<T>(ValueList<T> items, int axis) =>
            [items[axis], .. items.Take(axis), .. items.Skip(axis + 1)];
    }
}

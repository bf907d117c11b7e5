using System.Collections.Immutable;
using System.Globalization;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>A region to tile.</summary>
/// <param name="Seed">a value, as it was before any tiles</param>
/// <param name="Axis">the name of its axis</param>
/// <param name="Size">points of the axis now</param>
/// <param name="Reach">how far the region grows from it</param>
/// <param name="Tiles">how many</param>
/// <param name="Instructions">of the region</param>
internal sealed record TileChoice(Value Seed, string Axis, int Size, int Reach, int Tiles, int Instructions)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Seed.Name} along {Axis}:{Size} in {Tiles}, {Instructions} instructions in step");
}

/// <summary>A program, and which of its values are tiles of what.</summary>
internal sealed class TiledProgram
{
    private readonly ImmutableDictionary<Value, Value> _wholes;
    private readonly ImmutableDictionary<Value, IReadOnlyList<Value>> _tiles;

    public TiledProgram(LevelledProgram program)
        : this(program, ImmutableDictionary<Value, Value>.Empty, ImmutableDictionary<Value, IReadOnlyList<Value>>.Empty)
    {
    }

    private TiledProgram(
        LevelledProgram program, ImmutableDictionary<Value, Value> wholes, ImmutableDictionary<Value, IReadOnlyList<Value>> tiles) =>
        (Program, _wholes, _tiles) = (program, wholes, tiles);

    public LevelledProgram Program { get; }

    /// <summary>The program lowered and freed.</summary>
    public MemoryTimeline TimelineBy(InstructionCosts costs) =>
        MemoryTimeline.Of(FreeInsertion.Run(LowerInsertion.Run(Program.Program, Program.Levels).Program).Program, costs);

    /// <summary>Different regions that grow from what an instruction reads and makes; how many tiles is left open.</summary>
    /// <param name="lowered">this program lowered</param>
    /// <param name="instruction">number of an instruction in it</param>
    /// <param name="reaches">how far regions grow</param>
    public IReadOnlyList<TileChoice> ChoicesAround(EncryptedProgram lowered, int instruction, IReadOnlyList<int> reaches)
    {
        var sources = lowered.Instructions.OfType<Lower>().ToDictionary(lower => lower.Result, lower => lower.Operand);
        var dependencies = new ProgramDependencies(Program.Program);
        var found = new HashSet<string>();
        var choices = new List<TileChoice>();
        foreach (var value in lowered.Instructions[instruction].Operands.Concat(lowered.Instructions[instruction].Results))
        {
            var seed = value;
            while (sources.TryGetValue(seed, out var source))
                seed = source;
            foreach (var axis in Enumerable.Range(0, seed.Axes.Count))
            {
                foreach (var reach in reaches)
                {
                    if (TileRegion.Grow(dependencies, seed, axis, reach) is not { } region)
                        continue;
                    var key = string.Join(' ', region.Loops.Select(entry => $"{entry.Key} {entry.Value.Axis} {entry.Value.IsSummed}"));
                    if (found.Add(key))
                    {
                        choices.Add(new TileChoice(
                            WholeOf(seed), seed.Axes[axis].Name, seed.Axes[axis].Size, reach, 0, region.Loops.Count));
                    }
                }
            }
        }
        return choices;
    }

    /// <summary>A choice for a value, or for all tiles that it has already.</summary>
    /// <returns>null if the program does not allow it</returns>
    public TiledProgram? With(TileChoice choice)
    {
        var program = Program;
        var (wholes, tiles) = (_wholes.ToBuilder(), _tiles.ToBuilder());
        foreach (var part in PartsOf(choice.Seed))
        {
            var axis = part.Axes.TakeWhile(axis => axis.Name != choice.Axis).Count();
            if (tiles.ContainsKey(part) || axis == part.Axes.Count || part.Axes[axis].Size < 2)
                continue;
            var region = TileRegion.Grow(new ProgramDependencies(program.Program), part, axis, choice.Reach);
            if (region is null || Tiling.Apply(program, region, choice.Tiles) is not { } applied)
                return null;
            program = applied.Program;
            foreach (var (whole, parts) in applied.Tiles)
            {
                tiles.Add(whole, parts);
                foreach (var tile in parts)
                    wholes.Add(tile, whole);
            }
        }
        return program == Program ? null : new TiledProgram(program, wholes.ToImmutable(), tiles.ToImmutable());
    }

    private Value WholeOf(Value value) => _wholes.TryGetValue(value, out var whole) ? WholeOf(whole) : value;

    private IEnumerable<Value> PartsOf(Value value) => _tiles.TryGetValue(value, out var parts) ? parts.SelectMany(PartsOf) : [value];
}

namespace Crammed.Encrypted.Layouts;

/// <summary>A matrix [rank, feature] among packed parameters: row FirstRow + rank * columns + column holds a column's blocks.</summary>
/// <param name="Name">unique in the packing</param>
/// <param name="Rank">rows of the matrix</param>
/// <param name="Features">its columns, in blocks and vectors</param>
/// <param name="FirstRow">a multiple of the grid's examples</param>
public sealed record PackedFactor(string Name, int Rank, FeatureBlocks Features, int FirstRow)
{
    /// <summary>Rows of blocks.</summary>
    public int Rows => Rank * Features.Columns;
}

/// <summary>
/// Adapters' factors as rows of blocks: in each vector as many rows as there are tokens and examples, further vectors when rows run out.
/// Each factor starts at a multiple of the examples, so that no two factors share a token: they are unpacked apart. Rows between factors,
/// and blocks that a factor does not use, hold zeros.
/// </summary>
public sealed class FactorPacking
{
    /// <summary>Group axis of packed vectors.</summary>
    public const string Packed = "packed";

    /// <param name="grid">the slots</param>
    /// <param name="factors">name, rank and features of each factor, in the order of their rows</param>
    /// <exception cref="ArgumentException">there is no factor, two have one name, or one has more blocks than the grid</exception>
    public FactorPacking(SlotGrid grid, IEnumerable<(string Name, int Rank, FeatureBlocks Features)> factors)
    {
        var (placed, row) = (new List<PackedFactor>(), 0);
        foreach (var (name, rank, features) in factors)
        {
            if (features.Blocks > grid.Blocks || placed.Any(other => other.Name == name))
                throw new ArgumentException($"{name} of {features} does not fit among {placed.Count} factors in {grid}", nameof(factors));
            placed.Add(new PackedFactor(name, rank, features, row));
            row = (row + placed[^1].Rows + grid.Examples - 1) / grid.Examples * grid.Examples;
        }
        if (placed.Count == 0)
            throw new ArgumentException("no factors are packed", nameof(factors));
        Factors = placed;
        var (rows, vectors) = (placed[^1].FirstRow + placed[^1].Rows, (row + grid.Rows - 1) / grid.Rows);
        ValueList<LayoutDigit> digits = [LayoutDigit.AcrossVectors(vectors, Packed), LayoutDigit.InSlots(grid.Rows, grid.ExampleStride)];
        Layout = new Layout(
            grid,
            [
                new LayoutAxis("row", rows, digits),
                new LayoutAxis("block", grid.Blocks, [LayoutDigit.InSlots(grid.Blocks, 1)]),
            ],
            []);
    }

    public IReadOnlyList<PackedFactor> Factors { get; }

    /// <summary>[row, block]</summary>
    public Layout Layout { get; }

    /// <exception cref="KeyNotFoundException">no factor has this name</exception>
    public PackedFactor this[string name] =>
        Factors.FirstOrDefault(factor => factor.Name == name) ?? throw new KeyNotFoundException($"no factor {name} is packed");

    /// <summary>Place of a factor's element among the packed values, row-major by [row, block].</summary>
    public int IndexOf(PackedFactor factor, int rank, int feature)
    {
        var (block, column) = (feature / factor.Features.Columns, feature % factor.Features.Columns);
        return (factor.FirstRow + rank * factor.Features.Columns + column) * Layout.Grid.Blocks + block;
    }
}

namespace Crammed.Encrypted.Layouts;

/// <summary>Features as block x column: feature = block * Columns + column, the column being the vector's place in its group.</summary>
/// <param name="Blocks">blocks in use, at most those of the grid; the others hold zeros</param>
/// <param name="Columns">vectors of the group</param>
public sealed record FeatureBlocks(int Blocks, int Columns)
{
    public int Features => Blocks * Columns;

    public override string ToString() => $"{Blocks}x{Columns}";
}

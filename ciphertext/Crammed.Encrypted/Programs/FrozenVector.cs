using System.Globalization;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>
/// A frozen vector of features in public slots, by its name: block b of column c holds the feature b * Columns + c, blocks beyond its own
/// hold zeros. One column stands in every row; or, where <see cref="RowStep"/> is positive, all of them, as those of a spread token do:
/// column c at the token c * RowStep, zeros at all other tokens.
/// </summary>
/// <param name="Name">name in the container of frozen weights</param>
/// <param name="Features">blocks and columns of its features</param>
/// <param name="RowStep">tokens from one column to the next, or 0 for one column in every row</param>
/// <param name="Column">which column stands in every row; 0 if all do</param>
public sealed record FrozenVector(string Name, FeatureBlocks Features, int RowStep, AxisIndex Column)
{
    /// <summary>One column in every row.</summary>
    public static FrozenVector InRows(string name, FeatureBlocks features, AxisIndex column) => new(name, features, 0, column);

    /// <summary>All columns, as those of a spread token.</summary>
    public static FrozenVector Spread(string name, FeatureBlocks features, int rowStep) => new(name, features, rowStep, 0);

    /// <summary>The vector's slots at a point of the loops.</summary>
    /// <exception cref="KeyNotFoundException">there is none of this name</exception>
    /// <exception cref="ArgumentException">it has more values than features</exception>
    public VectorSlots At(LoopPoint point, SlotGrid grid, IReadOnlyDictionary<string, float[]> vectors)
    {
        var values = vectors[Name];
        return values.Length <= Features.Features
            ? new VectorSlots(Name, Features, RowStep, Column.At(point)) { Values = values, Grid = grid }
            : throw new ArgumentException($"the frozen vector {Name} has {values.Length} values, {Features} takes {Features.Features}");
    }

    public override string ToString() => RowStep > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Name} {Features} rows {RowStep}")
        : $"{Name} {Features} column {Column}";
}

/// <summary>
/// The values of a <see cref="FrozenVector"/> whose loops have values. Equal ones have equal names and places: a program has one vector of a
/// name.
/// </summary>
public sealed record VectorSlots(string Name, FeatureBlocks Features, int RowStep, int Column)
{
    /// <summary>By feature; those beyond it are 0.</summary>
    public required float[] Values { get; init; }

    public required SlotGrid Grid { get; init; }

    /// <summary>Slots from one repetition to the next.</summary>
    public int Period => RowStep == 0 ? Grid.Blocks : Grid.SlotCount;

    public double At(int slot)
    {
        var (block, token) = (slot % Grid.Blocks, slot / Grid.TokenStride);
        var column = RowStep == 0 ? Column : token % RowStep == 0 ? token / RowStep : Features.Columns;
        var feature = block * Features.Columns + column;
        return block < Features.Blocks && column < Features.Columns && feature < Values.Length ? Values[feature] : 0;
    }

    public bool Equals(VectorSlots? other) =>
        other is not null && (Name, Features, RowStep, Column) == (other.Name, other.Features, other.RowStep, other.Column);

    public override int GetHashCode() => HashCode.Combine(Name, Features, RowStep, Column);
}

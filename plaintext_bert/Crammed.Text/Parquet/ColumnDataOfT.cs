namespace Crammed.Text.Parquet;

/// <summary>A column's rows of one row group.</summary>
/// <typeparam name="T">int, long, float, double, bool, string or byte[].</typeparam>
public sealed class ColumnData<T> : ColumnData
{
    internal ColumnData(T[] values, bool[]? present, int[]? offsets, bool[]? listPresent)
        : base(values.Length, present, offsets, listPresent) => Values = values;

    /// <summary>The values; where <see cref="ColumnData.Present"/> says null, the type's default.</summary>
    public T[] Values { get; }

    /// <summary>The values of one row.</summary>
    public ReadOnlySpan<T> Row(int row) => Offsets is null
        ? Values.AsSpan(row, 1)
        : Values.AsSpan(Offsets[row], Offsets[row + 1] - Offsets[row]);
}

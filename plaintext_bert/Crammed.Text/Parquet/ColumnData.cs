namespace Crammed.Text.Parquet;

/// <summary>A column's rows of one row group: values, or lists of values.</summary>
public abstract class ColumnData
{
    private protected ColumnData(int valueCount, bool[]? present, int[]? offsets, bool[]? listPresent)
    {
        RowCount = offsets is null ? valueCount : offsets.Length - 1;
        ValueCount = valueCount;
        Present = present;
        Offsets = offsets;
        ListPresent = listPresent;
    }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Number of values, nulls included, of all rows.</summary>
    public int ValueCount { get; }

    /// <summary>For each value whether it is there, or null where all are.</summary>
    public bool[]? Present { get; }

    /// <summary>
    /// For a column of lists, <see cref="RowCount"/> + 1 non-decreasing positions: row i has the values from Offsets[i] to
    /// Offsets[i + 1] - 1. Null for a column of single values.
    /// </summary>
    public int[]? Offsets { get; }

    /// <summary>For each list whether it is there (it may be empty), or null where all are.</summary>
    public bool[]? ListPresent { get; }

    /// <summary>A column of one value in each row.</summary>
    public static ColumnData<T> Of<T>(T[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new ColumnData<T>(values, present: null, offsets: null, listPresent: null);
    }

    /// <summary>A column of a list in each row.</summary>
    /// <param name="values">The values of all rows, one row after another.</param>
    /// <param name="offsets">See <see cref="Offsets"/>; begins with 0 and ends with the number of values.</param>
    /// <exception cref="ArgumentException">The offsets do not divide the values.</exception>
    public static ColumnData<T> OfLists<T>(T[] values, int[] offsets)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(offsets);
        if (offsets.Length == 0 || offsets[0] != 0 || offsets[^1] != values.Length)
            throw new ArgumentException($"Offsets begin with 0 and end with the number of values, {values.Length}.", nameof(offsets));
        for (var row = 1; row < offsets.Length; row++)
        {
            if (offsets[row] < offsets[row - 1])
                throw new ArgumentException($"Offset {offsets[row]} of row {row} is less than the one before it.", nameof(offsets));
        }

        return new ColumnData<T>(values, present: null, offsets, listPresent: null);
    }
}

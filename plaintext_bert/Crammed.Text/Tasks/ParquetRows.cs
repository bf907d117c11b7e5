using System.Globalization;
using Crammed.Text.Parquet;

namespace Crammed.Text;

/// <summary>Rows of a Parquet file.</summary>
internal static class ParquetRows
{
    /// <summary>The rows in order, one row group in memory at a time.</summary>
    /// <exception cref="InvalidDataException">A column is missing, a list or of bytes, a value is null, or the file is damaged.</exception>
    public static IEnumerable<TaskRow> Read(string path, TaskDefinition task)
    {
        using ParquetReader reader = ParquetReader.Open(path);
        string[] columns = [.. task.FieldColumns];
        int rowNumber = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            string[][] values = Array.ConvertAll(columns, column => Texts(reader, group, column, path));
            for (int row = 0; row < reader.RowGroupRowCount(group); row++)
                yield return new TaskRow($"row {++rowNumber}", Array.ConvertAll(values, column => column[row]));
        }
    }

    private static string[] Texts(ParquetReader reader, int group, string column, string path)
    {
        ParquetColumn description = reader.Column(column);
        if (description.IsList)
            throw new InvalidDataException($"{path}: column '{column}' holds lists; expected one value a row.");
        return description.Type switch
        {
            ParquetPhysicalType.ByteArray => All(reader.ReadString(group, column), text => text),
            ParquetPhysicalType.Int32 => All(reader.ReadInt32(group, column), Format),
            ParquetPhysicalType.Int64 => All(reader.ReadInt64(group, column), Format),
            ParquetPhysicalType.Float => All(reader.ReadFloat(group, column), Format),
            ParquetPhysicalType.Double => All(reader.ReadDouble(group, column), Format),
            ParquetPhysicalType.Boolean => All(reader.ReadBoolean(group, column), value => value ? "true" : "false"),
            _ => throw new InvalidDataException($"{path}: column '{column}' has type {description.Type}; expected text or numbers."),
        };

        string[] All<T>(ColumnData<T> data, Func<T, string> format)
        {
            int missing = data.Present is null ? -1 : Array.IndexOf(data.Present, false);
            return missing < 0
                ? [.. data.Values.Select(format)]
                : throw new InvalidDataException($"{path}, row {missing + 1} of row group {group}: column '{column}' is null.");
        }
    }

    private static string Format<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}

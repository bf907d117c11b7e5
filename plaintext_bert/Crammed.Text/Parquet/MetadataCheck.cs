using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>Checks a footer against its own schema and the file's length.</summary>
internal static class MetadataCheck
{
    private const int DataStart = 4;

    /// <summary>Afterwards every chunk lies within the data, matches its column, and has counts that fit 32 bits.</summary>
    /// <param name="metadata">The footer.</param>
    /// <param name="columns">The columns of its schema.</param>
    /// <param name="dataEnd">Position in the file where the footer begins.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="InvalidDataException">Anything disagrees.</exception>
    public static void Check(FileMetadata metadata, List<ParquetColumn> columns, long dataEnd, string path)
    {
        var rows = 0L;
        for (var index = 0; index < metadata.RowGroups.Count; index++)
        {
            var group = metadata.RowGroups[index];
            if (group.RowCount is < 0 or > int.MaxValue - 1)
                throw new InvalidDataException($"{path}: row group {index} has {group.RowCount} rows.");
            rows += group.RowCount;
            if (group.Chunks.Count != columns.Count)
                throw new InvalidDataException($"{path}: row group {index} has {group.Chunks.Count} columns, the schema {columns.Count}.");
            for (var column = 0; column < columns.Count; column++)
            {
                var place = $"{path}: column {ErrorText.Quote(columns[column].Path)}, row group {index}";
                CheckChunk(group.Chunks[column], columns[column], group.RowCount, dataEnd, place);
            }
        }

        if (rows != metadata.RowCount)
            throw new InvalidDataException($"{path}: the row groups have {rows} rows, the file claims {metadata.RowCount}.");
    }

    private static void CheckChunk(ColumnChunkMetadata chunk, ParquetColumn column, long rows, long dataEnd, string place)
    {
        if (chunk.Type != column.Type || !chunk.Path.AsSpan().SequenceEqual(column.Parts))
        {
            throw new InvalidDataException(
                $"{place}: holds {ErrorText.Quote(string.Join('.', chunk.Path))} of type {chunk.Type}, not the schema's {column.Type}.");
        }

        if (chunk.Start < DataStart || chunk.CompressedBytes < 0 || chunk.CompressedBytes > dataEnd - chunk.Start)
        {
            throw new InvalidDataException(
                $"{place}: {chunk.CompressedBytes} bytes from {chunk.Start} on lie outside the data, which ends at {dataEnd}.");
        }

        // A list has an entry for each element, or one if it has none.
        if (chunk.ValueCount > int.MaxValue - 1 || (column.IsList ? chunk.ValueCount < rows : chunk.ValueCount != rows))
            throw new InvalidDataException($"{place}: {chunk.ValueCount} values do not go with {rows} rows.");
    }
}

using Crammed.Text.Parquet;

namespace Crammed.Bert;

/// <summary>
/// Rows of token ids in a Parquet file: one column, <c>input_ids</c>, lists of INT32. One row group of about 8 MiB is in memory.
/// </summary>
internal static class TokenRowFile
{
    private const string Column = "input_ids";
    private const int RowGroupTokens = 1 << 21;

    /// <summary>Writes rows with entries of metadata; the file appears complete or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<ReadOnlyMemory<int>> rows, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        using var writer = ParquetWriter.Create(path, new ParquetField(Column, ParquetFieldType.Int32, IsList: true));
        foreach (var (key, value) in metadata)
            writer.AddKeyValue(key, value);
        List<int> tokens = [], offsets = [0];
        foreach (var row in rows)
        {
            tokens.AddRange(row.Span);
            offsets.Add(tokens.Count);
            if (tokens.Count >= RowGroupTokens)
                WriteRowGroup();
        }

        if (offsets.Count > 1)
            WriteRowGroup();
        writer.Complete();

        void WriteRowGroup()
        {
            writer.WriteRowGroup(ColumnData.OfLists<int>([.. tokens], [.. offsets]));
            (tokens, offsets) = ([], [0]);
        }
    }

    /// <summary>Reads a file into rows; every id and every length is checked.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="reader">The open file.</param>
    /// <param name="lengths">The least and the greatest length of a row.</param>
    /// <param name="vocabularySize">Ids are below it.</param>
    /// <param name="rowGroupRead">Told the number of rows of each row group.</param>
    /// <exception cref="InvalidDataException">The file is malformed; names the row and the value.</exception>
    public static TokenRows Read(
        string path, ParquetReader reader, (int Least, int Greatest) lengths, int vocabularySize, Action<int> rowGroupRead)
    {
        var rows = new TokenRows();
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            var data = reader.ReadInt32(group, Column);
            if (data.Offsets is null || data.Present is not null || data.ListPresent is not null)
                throw new InvalidDataException($"{path}: column '{Column}' has nulls or holds no lists.");
            for (var row = 0; row < data.RowCount; row++)
            {
                var ids = data.Row(row);
                if (ids.Length < lengths.Least || ids.Length > lengths.Greatest)
                    throw Wrong(rows.Count, $"{ids.Length} ids, where {lengths.Least} to {lengths.Greatest} are needed");
                if (ids.IndexOfAnyExceptInRange(0, vocabularySize - 1) is var position and >= 0)
                    throw Wrong(rows.Count, $"the id {ids[position]}, and the vocabulary has {vocabularySize} tokens");
                rows.Add(ids);
            }

            rowGroupRead(data.RowCount);
        }

        return rows;

        InvalidDataException Wrong(int row, string what) => new($"{path}: row {row} has {what}.");
    }
}

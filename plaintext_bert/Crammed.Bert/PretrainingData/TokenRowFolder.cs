using Crammed.Tables;

namespace Crammed.Bert;

/// <summary>Rows of token ids in a folder of Parquet files: one column, <c>input_ids</c>, lists of INT32; about 8 MiB in memory.</summary>
internal static class TokenRowFolder
{
    private const string Column = "input_ids";
    private const int PartTokens = 1 << 21;

    /// <summary>Adds rows, none of them empty.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write<T>(PartFolderWriter<T> writer, IEnumerable<ReadOnlyMemory<int>> rows)
    {
        List<ReadOnlyMemory<int>> part = [];
        var tokens = 0;
        foreach (var row in rows)
        {
            part.Add(row);
            tokens += row.Length;
            if (tokens >= PartTokens)
                WritePart();
        }

        if (part.Count > 0)
            WritePart();
        writer.Complete();

        void WritePart()
        {
            writer.Add(TableColumn.OfLists(Column, part));
            (part, tokens) = ([], 0);
        }
    }

    /// <summary>Reads a folder into rows; every id and every length is checked.</summary>
    /// <param name="name">The folder, for messages.</param>
    /// <param name="tables">Its parts.</param>
    /// <param name="lengths">The least and the greatest length of a row.</param>
    /// <param name="vocabularySize">Ids are below it.</param>
    /// <param name="partRead">Told the number of rows of each part.</param>
    /// <exception cref="InvalidDataException">The folder is malformed; names the row and the value.</exception>
    public static TokenRows Read(
        string name, IEnumerable<Table> tables, (int Least, int Greatest) lengths, int vocabularySize, Action<int> partRead)
    {
        var rows = new TokenRows();
        foreach (var table in tables)
        {
            foreach (var row in table.Lists<int>(Column))
            {
                if (row.Length < lengths.Least || row.Length > lengths.Greatest)
                    throw Wrong(rows.Count, $"{row.Length} ids, where {lengths.Least} to {lengths.Greatest} are needed");
                if (row.Span.IndexOfAnyExceptInRange(0, vocabularySize - 1) is var position and >= 0)
                    throw Wrong(rows.Count, $"the id {row.Span[position]}, and the vocabulary has {vocabularySize} tokens");
                rows.Add(row.Span);
            }

            partRead(table.Rows);
        }

        return rows;

        InvalidDataException Wrong(int row, string what) => new($"{name}: row {row} has {what}.");
    }
}

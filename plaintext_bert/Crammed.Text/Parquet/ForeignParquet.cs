using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;

namespace Crammed.Text.Parquet;

/// <summary>
/// A Parquet file that others wrote, read by DuckDB: all codecs and encodings. One batch of rows is in memory. The database lives in
/// memory, may open this file alone, loads nothing and reaches no network. Whatever is malformed, damaged or not supported is an
/// <see cref="InvalidDataException"/> that names the file.
/// </summary>
public sealed class ForeignParquet : IDisposable
{
    private const string MemoryLimit = "1GiB";

    private readonly string _path;
    private readonly string _pattern;
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");
    private readonly ParquetSchema _schema;

    private ForeignParquet(string path)
    {
        _path = path;
        var absolute = Path.GetFullPath(path);
        // A name is a pattern to DuckDB; each character in brackets means itself.
        _pattern = string.Concat(absolute.Select(character => character is '*' or '?' or '[' ? $"[{character}]" : $"{character}"));
        try
        {
            _connection.Open();
            foreach (var setting in Settings(absolute))
                Execute($"SET {setting}");
            _schema = new ParquetSchema(path, Query(
                "SELECT name, coalesce(num_children, 0), coalesce(repetition_type, '') FROM parquet_schema($file)",
                row => new ParquetNode(row.GetString(0), row.GetInt64(1), row.GetString(2) == "REPEATED")));
            RowCount = Query("SELECT num_rows FROM parquet_file_metadata($file)", row => row.GetInt64(0)).Single();
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Rows of the file.</summary>
    public long RowCount { get; }

    /// <summary>The columns of single values, by their path: a member of a structure is STRUCTURE.MEMBER.</summary>
    public IEnumerable<string> Columns => _schema.SingleValues;

    /// <summary>Opens a file and reads what columns it has.</summary>
    /// <exception cref="InvalidDataException">It is no Parquet file, or damaged.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static ForeignParquet Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using (File.OpenHandle(path))
        {
            // What keeps a file from being opened is no damage.
        }

        return new ForeignParquet(path);
    }

    /// <summary>
    /// Streams columns as text, in the order of the file: text as it is, numbers as the shortest decimal that means them (an exact decimal
    /// without zeros at its end), truth values as true and false; null where there is none.
    /// </summary>
    /// <param name="columns">
    /// Paths as in <see cref="Columns"/>; the name of a structure will do where it has one member alone.
    /// </param>
    /// <param name="takesNumbers">Whether columns of numbers and truth values are taken, or of text alone.</param>
    /// <exception cref="InvalidDataException">
    /// A column is missing, holds lists or other things than text and numbers, or the file is damaged.
    /// </exception>
    public IEnumerable<string?[]> Rows(IReadOnlyList<string> columns, bool takesNumbers = true)
    {
        ArgumentNullException.ThrowIfNull(columns);
        string[] values = [.. columns.Select(_schema.Expression)];
        string[] types = [.. Query($"DESCRIBE SELECT {string.Join(", ", values)} FROM {Source}", row => row.GetString(1))];
        for (var column = 0; column < types.Length; column++)
        {
            if (IsText(types[column]) || (takesNumbers && IsNumber(types[column])))
                continue;
            var expected = takesNumbers ? "text or numbers" : "text";
            throw new InvalidDataException($"{_path}: column '{columns[column]}' has type {types[column]}; expected {expected}.");
        }

        return ReadRows(values, types);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private IEnumerable<string?[]> ReadRows(string[] values, string[] types)
    {
        // Numbers but for floating point come as DuckDB writes them, so that no decimal is rounded on its way.
        var selected = values.Zip(types, (value, type) => IsText(type) || IsFloating(type) ? value : $"CAST({value} AS VARCHAR)");
        using var command = Command($"SELECT {string.Join(", ", selected)} FROM {Source}");
        command.UseStreamingMode = true;
        using var rows = Guarded(command.ExecuteReader);
        for (long count = 0; ; count++)
        {
            if (!Guarded(rows.Read))
            {
                // Some damage ends the rows without a word.
                if (count != RowCount)
                    throw new InvalidDataException($"{_path}: is damaged: {count} rows could be read, and its footer says {RowCount}.");
                yield break;
            }

            yield return Guarded(() =>
            {
                var texts = new string?[types.Length];
                for (var column = 0; column < texts.Length; column++)
                    texts[column] = rows.IsDBNull(column) ? null : Text(rows, column, types[column]);
                return texts;
            });
        }
    }

    private static string Text(DuckDBDataReader row, int column, string type) => type switch
    {
        "FLOAT" => row.GetFloat(column).ToString(CultureInfo.InvariantCulture),
        "DOUBLE" => row.GetDouble(column).ToString(CultureInfo.InvariantCulture),
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) && row.GetString(column) is var text && text.Contains('.') =>
            text.TrimEnd('0').TrimEnd('.'),
        _ => row.GetString(column),
    };

    private static bool IsText(string type) => type == "VARCHAR";

    private static bool IsFloating(string type) => type is "FLOAT" or "DOUBLE";

    private static bool IsNumber(string type) =>
        IsFloating(type) || type == "BOOLEAN" || type.EndsWith("INT", StringComparison.Ordinal) || type == "INTEGER" || type == "UINTEGER"
        || type.StartsWith("DECIMAL", StringComparison.Ordinal);

    /// <summary>The file as a table whose columns are c0, c1 and so on: names may be anything, and differ in case alone.</summary>
    private string Source =>
        $"read_parquet($file, binary_as_string = true, hive_partitioning = false) AS t({string.Join(", ", _schema.Aliases)})";

    private IEnumerable<string> Settings(string absolute) =>
    [
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "threads = 1",
        $"memory_limit = '{MemoryLimit}'",
        "temp_directory = ''",
        $"allowed_paths = [{Literal(absolute)}, {Literal(_pattern)}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ];

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private DuckDBCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        if (sql.Contains("$file", StringComparison.Ordinal))
            command.Parameters.Add(new DuckDBParameter("file", _pattern));
        return command;
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        Guarded(command.ExecuteNonQuery);
    }

    private List<T> Query<T>(string sql, Func<DbDataReader, T> read) => Guarded(() =>
    {
        using var command = Command(sql);
        using var rows = command.ExecuteReader();
        List<T> result = [];
        while (rows.Read())
            result.Add(read(rows));
        return result;
    });

    /// <summary>Whatever the database has to say of a file is about the file.</summary>
    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DuckDBException fault)
        {
            throw new InvalidDataException($"{_path}: {fault.Message.Split('\n')[0].TrimEnd()}", fault);
        }
    }
}

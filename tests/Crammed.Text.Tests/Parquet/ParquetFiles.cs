using DuckDB.NET.Data;

namespace Crammed.Text.Tests.Parquet;

/// <summary>Files for tests, written by DuckDB.</summary>
internal static class ParquetFiles
{
    /// <summary>Writes what a query gives.</summary>
    /// <returns>The path.</returns>
    public static string Write(string path, string query, string options = "CODEC snappy")
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"COPY ({query}) TO '{path.Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet, {options})";
        command.ExecuteNonQuery();
        return path;
    }
}

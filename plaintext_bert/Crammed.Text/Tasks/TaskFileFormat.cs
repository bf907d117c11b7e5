namespace Crammed.Text;

/// <summary>How the files of a task are written.</summary>
public enum TaskFileFormat
{
    /// <summary>Fields separated by tabs, without quoting: a double quote is a character like any other (GLUE's form).</summary>
    Tsv,

    /// <summary>Comma-separated values with quoting (RFC 4180).</summary>
    Csv,

    /// <summary>A JSON object in each line.</summary>
    Jsonl,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}

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

/// <summary>What a task asks for.</summary>
public enum TaskKind
{
    /// <summary>One of a few labels.</summary>
    Classification,

    /// <summary>A score.</summary>
    Regression,
}

/// <summary>One row of a file of texts.</summary>
/// <param name="Place">Where it stands, for messages: "line 3", "row 3".</param>
/// <param name="Fields">Those of <see cref="RowLayout.Fields"/>, in that order.</param>
internal readonly record struct TaskRow(string Place, string[] Fields);

/// <summary>What is read of the rows of a file.</summary>
/// <param name="Columns">Names of the columns in order, for delimited files without a header; empty where the first line names them.</param>
/// <param name="Fields">Names of the columns that are read.</param>
/// <param name="Advice">What to do where one is missing, after a semicolon, for the message; or nothing.</param>
internal sealed record RowLayout(IReadOnlyList<string> Columns, IReadOnlyList<string> Fields, string Advice = "");

/// <summary>
/// A task as data: what it asks for and where its examples stand. <see cref="TaskCatalog"/> opens it. A task either has a
/// <see cref="Generator"/> or files.
/// </summary>
public sealed record TaskDefinition
{
    /// <summary>Name, labels and metrics.</summary>
    public required TaskDescription Description { get; init; }

    /// <summary>The generator that makes the examples, one of <see cref="TaskCatalog.Generators"/>; null where files hold them.</summary>
    public string? Generator { get; init; }

    /// <summary>Folders to look for, the first that exists is taken; relative ones are below the catalog's folder.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>How the files are written.</summary>
    public TaskFileFormat Format { get; init; }

    /// <summary>
    /// Names of the training file in the folder, the first that exists is taken; a name with <c>*</c> counts where none without does, and
    /// must then fit one file alone, or files of Parquet, which are read in the ordinal order of their names. A name that ends in .gz is
    /// gzip (not for Parquet).
    /// </summary>
    public IReadOnlyList<string> TrainFiles { get; init; } = [];

    /// <summary>Names of the evaluation file, as for <see cref="TrainFiles"/>.</summary>
    public IReadOnlyList<string> DevFiles { get; init; } = [];

    /// <summary>The names of the columns in order, for delimited files without a header; empty where the first line names them.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The column of the text, or the two of a pair.</summary>
    public IReadOnlyList<string> TextColumns { get; init; } = [];

    /// <summary>The column of the label or score.</summary>
    public string LabelColumn { get; init; } = "";

    /// <summary>Least and greatest score of a regression task; null for classification.</summary>
    public (double Minimum, double Maximum)? ScoreRange { get; init; }

    /// <summary>The columns that are read, texts first, the label last.</summary>
    internal RowLayout Layout => new(Columns, [.. TextColumns, LabelColumn]);
}

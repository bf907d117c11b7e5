namespace Crammed.Text.Parquet;

/// <summary>Where a Parquet file is written before it has its name.</summary>
internal interface IParquetOutput : IDisposable
{
    /// <summary>Where the content is written.</summary>
    FileStream Stream { get; }

    /// <summary>The footer of what was recorded before this output was opened; null: nothing.</summary>
    FileMetadata? Recorded { get; }

    /// <summary>Told the footer that would end the file as it stands, after every row group.</summary>
    void Record(FileMetadata metadata);

    /// <summary>Flushes to the disk and gives the file its name, replacing a file that has it.</summary>
    void Commit();
}

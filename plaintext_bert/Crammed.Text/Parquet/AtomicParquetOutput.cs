using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>A file of which an interruption leaves nothing.</summary>
internal sealed class AtomicParquetOutput(string path) : IParquetOutput
{
    private readonly AtomicFile _file = new(path);

    /// <inheritdoc/>
    public FileStream Stream => _file.Stream;

    /// <inheritdoc/>
    public FileMetadata? Recorded => null;

    /// <inheritdoc/>
    public void Record(FileMetadata metadata)
    {
    }

    /// <inheritdoc/>
    public void Commit() => _file.Commit();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

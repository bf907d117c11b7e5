using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>
/// A file of which an interruption at any moment, a killed process included, leaves every row group that was complete: PATH.part holds the
/// row groups, and PATH.part.footer, which is replaced as a whole after each of them, the footer that would end the file there. What
/// PATH.part holds beyond that is a row group cut short; it is dropped.
/// </summary>
internal sealed class ResumableParquetOutput : IParquetOutput
{
    private const long MaximumFooterBytes = 1 << 28;

    private readonly string _path;
    private bool _committed;
    private bool _holdsRowGroups;

    private ResumableParquetOutput(string path, FileStream stream, FileMetadata? recorded)
    {
        _path = path;
        Stream = stream;
        Recorded = recorded;
        _holdsRowGroups = recorded is not null;
    }

    /// <inheritdoc/>
    public FileStream Stream { get; }

    /// <inheritdoc/>
    public FileMetadata? Recorded { get; }

    /// <summary>Opens what an earlier process left, positioned behind its last row group; or starts where there is nothing.</summary>
    /// <exception cref="InvalidDataException">The footer is malformed, or the row groups that it names are not there.</exception>
    /// <exception cref="IOException">The file cannot be opened, for example since another process writes it.</exception>
    public static ResumableParquetOutput Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = System.IO.Path.GetFullPath(path);
        var stream = new FileStream(PartOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
        try
        {
            var recorded = ReadFooter(path, stream.Length, out var end);
            stream.SetLength(end);
            stream.Position = end;
            return new ResumableParquetOutput(path, stream, recorded);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Removes what an earlier process left.</summary>
    public static void Discard(string path)
    {
        // The footer first: without it the row groups mean nothing, with it their absence is an error.
        File.Delete(FooterOf(path));
        File.Delete(PartOf(path));
    }

    /// <inheritdoc/>
    public void Record(FileMetadata metadata)
    {
        Stream.Flush(flushToDisk: true);
        using var footer = new AtomicFile(FooterOf(_path));
        footer.Stream.Write(MetadataWriter.Write(metadata));
        footer.Commit();
        _holdsRowGroups = true;
    }

    /// <inheritdoc/>
    public void Commit()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(PartOf(_path), _path, overwrite: true);
        _committed = true;
        File.Delete(FooterOf(_path));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        if (!_committed && !_holdsRowGroups)
            File.Delete(PartOf(_path));
    }

    private static string PartOf(string path) => path + ".part";

    private static string FooterOf(string path) => path + ".part.footer";

    private static FileMetadata? ReadFooter(string path, long partLength, out long end)
    {
        end = 0;
        var footer = FooterOf(path);
        if (!File.Exists(footer))
            return null;
        if (new FileInfo(footer).Length > MaximumFooterBytes)
            throw new InvalidDataException($"{footer}: longer than {MaximumFooterBytes} bytes.");
        var metadata = MetadataReader.Read(File.ReadAllBytes(footer), footer);
        MetadataCheck.Check(metadata, SchemaReader.Columns(metadata.Schema, footer), partLength, footer);
        if (metadata.RowGroups.Count == 0)
            throw new InvalidDataException($"{footer}: names no row group; remove it and {PartOf(path)} to start over.");
        end = metadata.RowGroups.Max(group => group.Chunks.Max(chunk => chunk.Start + chunk.CompressedBytes));
        return metadata;
    }
}

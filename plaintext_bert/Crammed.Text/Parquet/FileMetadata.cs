namespace Crammed.Text.Parquet;

/// <summary>A Parquet file's footer.</summary>
/// <param name="Schema">The schema's nodes, depth first, the root first.</param>
/// <param name="RowCount">Rows of all row groups.</param>
/// <param name="RowGroups">The row groups in order.</param>
/// <param name="KeyValues">The file's key-value metadata.</param>
internal sealed record FileMetadata(
    List<SchemaElement> Schema, long RowCount, List<RowGroupMetadata> RowGroups, List<KeyValuePair<string, string>> KeyValues);

/// <summary>One node of the schema. A leaf has a type; a group has children.</summary>
internal sealed record SchemaElement(
    string Name,
    Repetition Repetition,
    ParquetPhysicalType? Type = null,
    int ChildCount = 0,
    ConvertedType? Annotation = null);

/// <summary>One row group: a chunk of every column.</summary>
internal sealed record RowGroupMetadata(List<ColumnChunkMetadata> Chunks, long UncompressedBytes, long RowCount);

/// <summary>One column's part of a row group.</summary>
/// <param name="Type">Physical type.</param>
/// <param name="Encodings">Encodings that occur in its pages; only written.</param>
/// <param name="Path">Names from the top of the schema to the leaf.</param>
/// <param name="Codec">The format's number of the compression, which may be one that is not known here.</param>
/// <param name="ValueCount">Entries of its levels: values, nulls and empty lists.</param>
/// <param name="UncompressedBytes">Bytes of its pages with their headers, before compression.</param>
/// <param name="CompressedBytes">Bytes of its pages with their headers, as stored.</param>
/// <param name="Start">Position in the file of its first page.</param>
internal sealed record ColumnChunkMetadata(
    ParquetPhysicalType Type,
    ParquetEncoding[] Encodings,
    string[] Path,
    int Codec,
    long ValueCount,
    long UncompressedBytes,
    long CompressedBytes,
    long Start);

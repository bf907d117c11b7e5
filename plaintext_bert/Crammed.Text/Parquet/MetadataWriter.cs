namespace Crammed.Text.Parquet;

/// <summary>Writes a Parquet footer (the structs of parquet.thrift).</summary>
internal static class MetadataWriter
{
    private const int FormatVersion = 1;
    private const string CreatedBy = "crammed version 1.0";

    public static byte[] Write(FileMetadata metadata)
    {
        var thrift = new ThriftCompactWriter();
        thrift.BeginStruct();
        thrift.WriteInt32(1, FormatVersion);
        thrift.BeginList(2, ThriftType.Struct, metadata.Schema.Count);
        foreach (var element in metadata.Schema)
            WriteSchemaElement(thrift, element, isRoot: ReferenceEquals(element, metadata.Schema[0]));
        thrift.WriteInt64(3, metadata.RowCount);
        thrift.BeginList(4, ThriftType.Struct, metadata.RowGroups.Count);
        foreach (var rowGroup in metadata.RowGroups)
            WriteRowGroup(thrift, rowGroup);
        thrift.BeginList(5, ThriftType.Struct, metadata.KeyValues.Count);
        foreach (var (key, value) in metadata.KeyValues)
        {
            thrift.BeginStruct();
            thrift.WriteString(1, key);
            thrift.WriteString(2, value);
            thrift.EndStruct();
        }

        thrift.WriteString(6, CreatedBy);
        thrift.EndStruct();
        return thrift.ToArray();
    }

    private static void WriteSchemaElement(ThriftCompactWriter thrift, SchemaElement element, bool isRoot)
    {
        thrift.BeginStruct();
        if (element.Type is { } type)
            thrift.WriteInt32(1, (int)type);
        if (!isRoot)
            thrift.WriteInt32(3, (int)element.Repetition);
        thrift.WriteString(4, element.Name);
        if (element.Type is null)
            thrift.WriteInt32(5, element.ChildCount);
        if (element.Annotation is { } annotation)
        {
            thrift.WriteInt32(6, (int)annotation);

            // The newer logical type says the same again: a union whose field 1 is STRING and field 3 is LIST.
            thrift.BeginStruct(10);
            thrift.BeginStruct(annotation == ConvertedType.Utf8 ? 1 : 3);
            thrift.EndStruct();
            thrift.EndStruct();
        }

        thrift.EndStruct();
    }

    private static void WriteRowGroup(ThriftCompactWriter thrift, RowGroupMetadata rowGroup)
    {
        thrift.BeginStruct();
        thrift.BeginList(1, ThriftType.Struct, rowGroup.Chunks.Count);
        foreach (var chunk in rowGroup.Chunks)
            WriteColumnChunk(thrift, chunk);
        thrift.WriteInt64(2, rowGroup.UncompressedBytes);
        thrift.WriteInt64(3, rowGroup.RowCount);
        thrift.WriteInt64(5, rowGroup.Chunks[0].Start);
        thrift.WriteInt64(6, rowGroup.Chunks.Sum(chunk => chunk.CompressedBytes));
        thrift.EndStruct();
    }

    private static void WriteColumnChunk(ThriftCompactWriter thrift, ColumnChunkMetadata chunk)
    {
        thrift.BeginStruct();

        // file_offset: the position of a second copy of the metadata, of which there is none.
        thrift.WriteInt64(2, 0);
        thrift.BeginStruct(3);
        thrift.WriteInt32(1, (int)chunk.Type);
        thrift.BeginList(2, ThriftType.Int32, chunk.Encodings.Length);
        foreach (var encoding in chunk.Encodings)
            thrift.WriteElement((long)encoding);
        thrift.BeginList(3, ThriftType.Binary, chunk.Path.Length);
        foreach (var name in chunk.Path)
            thrift.WriteElement(name);
        thrift.WriteInt32(4, chunk.Codec);
        thrift.WriteInt64(5, chunk.ValueCount);
        thrift.WriteInt64(6, chunk.UncompressedBytes);
        thrift.WriteInt64(7, chunk.CompressedBytes);
        thrift.WriteInt64(9, chunk.Start);
        thrift.EndStruct();
        thrift.EndStruct();
    }
}

using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>Reads a Parquet footer (the structs of parquet.thrift) from untrusted bytes; fields not needed are skipped.</summary>
internal static class MetadataReader
{
    public static FileMetadata Read(ReadOnlySpan<byte> footer, string place)
    {
        var thrift = new ThriftCompactReader(footer, place);
        List<SchemaElement>? schema = null;
        List<RowGroupMetadata>? rowGroups = null;
        List<KeyValuePair<string, string>> keyValues = [];
        long? rowCount = null;
        var id = 0;
        while (thrift.ReadField(ref id, out var type))
        {
            switch (id)
            {
                case 2:
                    schema = ReadList(ref thrift, type, ReadSchemaElement);
                    break;
                case 3:
                    rowCount = thrift.ReadInt64(type);
                    break;
                case 4:
                    rowGroups = ReadList(ref thrift, type, ReadRowGroup);
                    break;
                case 5:
                    keyValues = ReadList(ref thrift, type, ReadKeyValue);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        return new FileMetadata(
            Required(thrift, schema, "schema"),
            Required(thrift, rowCount, "num_rows"),
            Required(thrift, rowGroups, "row_groups"),
            keyValues);
    }

    private delegate T StructReader<T>(ref ThriftCompactReader thrift);

    private static List<T> ReadList<T>(ref ThriftCompactReader thrift, ThriftType type, StructReader<T> read)
    {
        List<T> items = [];
        for (var count = thrift.ReadListHeader(type, ThriftType.Struct); count > 0; count--)
            items.Add(read(ref thrift));
        return items;
    }

    private static SchemaElement ReadSchemaElement(ref ThriftCompactReader thrift)
    {
        string? name = null;
        int? physicalType = null, annotation = null;
        var (repetition, childCount, id) = (0, 0, 0);
        while (thrift.ReadField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    physicalType = thrift.ReadInt32(type);
                    break;
                case 3:
                    repetition = thrift.ReadInt32(type);
                    break;
                case 4:
                    name = thrift.ReadString(type);
                    break;
                case 5:
                    childCount = thrift.ReadInt32(type);
                    break;
                case 6:
                    annotation = thrift.ReadInt32(type);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        if (repetition is < 0 or > 2)
            throw thrift.Malformed($"schema node has repetition {repetition}");
        return new SchemaElement(
            Required(thrift, name, "name of a schema node"),
            (Repetition)repetition,
            physicalType is { } number ? ToPhysicalType(thrift, number) : null,
            childCount,
            (ConvertedType?)annotation);
    }

    private static RowGroupMetadata ReadRowGroup(ref ThriftCompactReader thrift)
    {
        List<ColumnChunkMetadata>? chunks = null;
        long? rowCount = null;
        var uncompressedBytes = 0L;
        var id = 0;
        while (thrift.ReadField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    chunks = ReadList(ref thrift, type, ReadColumnChunk);
                    break;
                case 2:
                    uncompressedBytes = thrift.ReadInt64(type);
                    break;
                case 3:
                    rowCount = thrift.ReadInt64(type);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        return new RowGroupMetadata(
            Required(thrift, chunks, "columns of a row group"), uncompressedBytes, Required(thrift, rowCount, "num_rows of a row group"));
    }

    private static ColumnChunkMetadata ReadColumnChunk(ref ThriftCompactReader thrift)
    {
        ColumnChunkMetadata? chunk = null;
        var id = 0;
        while (thrift.ReadField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    throw thrift.Malformed($"a column lies in another file, {ErrorText.Quote(thrift.ReadString(type))}");
                case 3:
                    thrift.ExpectStruct(type);
                    chunk = ReadColumnMetadata(ref thrift);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        return Required(thrift, chunk, "meta_data of a column (is it encrypted?)");
    }

    private static ColumnChunkMetadata ReadColumnMetadata(ref ThriftCompactReader thrift)
    {
        int? physicalType = null, codec = null;
        List<string>? path = null;
        long? valueCount = null, compressedBytes = null, dataStart = null, dictionaryStart = null;
        var (uncompressedBytes, id) = (0L, 0);
        while (thrift.ReadField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    physicalType = thrift.ReadInt32(type);
                    break;
                case 3:
                    path = [];
                    for (var count = thrift.ReadListHeader(type, ThriftType.Binary); count > 0; count--)
                        path.Add(thrift.ReadString(ThriftType.Binary));
                    break;
                case 4:
                    codec = thrift.ReadInt32(type);
                    break;
                case 5:
                    valueCount = thrift.ReadInt64(type);
                    break;
                case 6:
                    uncompressedBytes = thrift.ReadInt64(type);
                    break;
                case 7:
                    compressedBytes = thrift.ReadInt64(type);
                    break;
                case 9:
                    dataStart = thrift.ReadInt64(type);
                    break;
                case 11:
                    dictionaryStart = thrift.ReadInt64(type);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        var start = Required(thrift, dataStart, "data_page_offset");

        // Some writers give 0 where there is no dictionary; others put one before the data without an offset of its own.
        if (dictionaryStart is > 0 && dictionaryStart < start)
            start = dictionaryStart.Value;
        return new ColumnChunkMetadata(
            ToPhysicalType(thrift, Required(thrift, physicalType, "type of a column")),
            [],
            [.. Required(thrift, path, "path_in_schema")],
            Required(thrift, codec, "codec"),
            Required(thrift, valueCount, "num_values"),
            uncompressedBytes,
            Required(thrift, compressedBytes, "total_compressed_size"),
            start);
    }

    private static KeyValuePair<string, string> ReadKeyValue(ref ThriftCompactReader thrift)
    {
        string? key = null;
        var value = "";
        var id = 0;
        while (thrift.ReadField(ref id, out var type))
        {
            if (id == 1)
                key = thrift.ReadString(type);
            else if (id == 2)
                value = thrift.ReadString(type);
            else
                thrift.Skip(type);
        }

        return new(Required(thrift, key, "key of a metadata entry"), value);
    }

    private static ParquetPhysicalType ToPhysicalType(ThriftCompactReader thrift, int number) =>
        Enum.IsDefined((ParquetPhysicalType)number)
            ? (ParquetPhysicalType)number
            : throw thrift.Malformed($"unknown physical type {number}");

    private static T Required<T>(ThriftCompactReader thrift, T? value, string what)
        where T : class => value ?? throw thrift.Malformed($"{what} is missing");

    private static T Required<T>(ThriftCompactReader thrift, T? value, string what)
        where T : struct => value ?? throw thrift.Malformed($"{what} is missing");
}

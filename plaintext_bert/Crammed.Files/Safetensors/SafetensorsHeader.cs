using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Crammed.Files;

/// <summary>What a safetensors header says about one tensor, checked.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="DataType">Its element type.</param>
/// <param name="Shape">Its axes, outermost first; empty for a scalar.</param>
/// <param name="Count">Number of values: the product of the axes.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last, counted from the end of the header.</param>
internal sealed record TensorEntry(string Name, SafetensorsDataType DataType, long[] Shape, long Count, long Begin, long End);

/// <summary>
/// The header of a safetensors file, read and checked against the file's length before anything else is allocated:
/// 8 bytes little-endian length, then JSON, padded with blanks (https://github.com/huggingface/safetensors, "Format").
/// </summary>
internal sealed class SafetensorsHeader
{
    public const int LengthBytes = 8;

    /// <summary>The longest JSON header that the reference implementation accepts.</summary>
    public const long MaximumLength = 100_000_000;

    public const string MetadataKey = "__metadata__";

    private readonly string _path;

    private SafetensorsHeader(string path, long length, long dataLength)
    {
        _path = path;
        DataStart = LengthBytes + length;
        DataLength = dataLength;
    }

    /// <summary>Position in the file of the first tensor byte.</summary>
    public long DataStart { get; }

    /// <summary>Number of tensor bytes.</summary>
    public long DataLength { get; }

    /// <summary>The tensors in the order of their bytes.</summary>
    public List<TensorEntry> Entries { get; } = [];

    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Reads and checks a header.</summary>
    /// <exception cref="InvalidDataException">Anything in it is malformed or disagrees with the file's length.</exception>
    public static SafetensorsHeader Read(string path, SafeFileHandle handle)
    {
        var fileLength = RandomAccess.GetLength(handle);
        if (fileLength < LengthBytes)
            throw new InvalidDataException($"{path}: {fileLength} bytes are too few for a safetensors file.");
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        FileReading.ReadExactly(path, handle, lengthBytes, 0);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > MaximumLength || length > (ulong)(fileLength - LengthBytes))
        {
            throw new InvalidDataException(
                $"{path}: header length {length} exceeds {Math.Min(MaximumLength, fileLength - LengthBytes)}; is it a safetensors file?");
        }

        var json = new byte[length];
        FileReading.ReadExactly(path, handle, json, LengthBytes);
        var header = new SafetensorsHeader(path, (long)length, fileLength - LengthBytes - (long)length);
        header.Parse(json);
        header.CheckCoverage();
        return header;
    }

    private void Parse(byte[] json)
    {
        if (json.Length == 0 || json[0] != (byte)'{')
            throw new InvalidDataException($"{_path}: the header does not start with '{{'.");
        if (!Utf8.IsValid(json))
            throw new InvalidDataException($"{_path}: the header is not UTF-8.");
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false };
            using var document = JsonDocument.Parse(json, options);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.NameEquals(MetadataKey))
                    ParseMetadata(property.Value);
                else
                    Entries.Add(ParseEntry(property.Name, property.Value));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The parser throws InvalidOperationException for text with half of a surrogate pair.
            throw new InvalidDataException($"{_path}: the header is not well-formed JSON: {error.Message}", error);
        }
    }

    private void ParseMetadata(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{_path}: {MetadataKey} is not an object.");
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw new InvalidDataException($"{_path}: {MetadataKey} {ErrorText.Quote(property.Name)} is not a string.");
            Metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private TensorEntry ParseEntry(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Malformed(name, "is not an object");
        var typeName = Field(name, element, "dtype", JsonValueKind.String).GetString()!;
        if (!SafetensorsDataTypes.TryParse(typeName, out var type))
            throw Malformed(name, $"has dtype {ErrorText.Quote(typeName)}; known are {SafetensorsDataTypes.KnownNames}");
        var shape = Integers(name, element, "shape");
        var offsets = Integers(name, element, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > DataLength)
            throw Malformed(name, $"has data_offsets [{string.Join(", ", offsets)}], where the file holds {DataLength} tensor bytes");
        var count = Count(name, shape);
        var span = offsets[1] - offsets[0];
        if (count > DataLength / type.Bytes() || count * type.Bytes() != span)
            throw Malformed(name, $"has shape [{string.Join(", ", shape)}] of {type.Name()}, which does not fill its {span} bytes");
        return new TensorEntry(name, type, shape, count, offsets[0], offsets[1]);
    }

    private JsonElement Field(string name, JsonElement element, string field, JsonValueKind kind)
    {
        if (!element.TryGetProperty(field, out var value))
            throw Malformed(name, $"has no {field}");
        if (value.ValueKind != kind)
            throw Malformed(name, $"has a {field} that is not of kind {kind}");
        return value;
    }

    private long[] Integers(string name, JsonElement element, string field)
    {
        var array = Field(name, element, field, JsonValueKind.Array);
        var values = new long[array.GetArrayLength()];
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var value) || value < 0)
                throw Malformed(name, $"has {ErrorText.Quote(item.GetRawText())} in {field}, where a whole number from 0 on is needed");
            values[index++] = value;
        }

        return values;
    }

    /// <summary>The product of the axes; saturates, as a product beyond the file's length is refused anyway.</summary>
    private long Count(string name, long[] shape)
    {
        if (shape.Contains(0))
            return 0;
        var count = 1L;
        foreach (var axis in shape)
        {
            if (count > long.MaxValue / axis)
                throw Malformed(name, $"has shape [{string.Join(", ", shape)}], whose product overflows");
            count *= axis;
        }

        return count;
    }

    /// <summary>Every tensor byte belongs to exactly one tensor.</summary>
    private void CheckCoverage()
    {
        Entries.Sort((left, right) => (left.Begin, left.End).CompareTo((right.Begin, right.End)));
        var position = 0L;
        foreach (var entry in Entries)
        {
            if (entry.Begin != position)
            {
                throw Malformed(
                    entry.Name, $"begins at byte {entry.Begin}, where the tensor before it ends at {position} (overlap or hole)");
            }

            position = entry.End;
        }

        if (position != DataLength)
            throw new InvalidDataException($"{_path}: the tensors end at byte {position}, the file's tensor bytes at {DataLength}.");
    }

    private InvalidDataException Malformed(string name, string what) => new($"{_path}: tensor {ErrorText.Quote(name)} {what}.");
}

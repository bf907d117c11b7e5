using System.Text.Json;
using Crammed.Files;

namespace Crammed.Text;

/// <summary>An object of a JSON file, read field by field; what is wrong with a field is told with file, field and value.</summary>
internal sealed class JsonSettings
{
    private const long MaximumBytes = 1 << 26;

    private readonly Dictionary<string, JsonElement> _fields;
    private readonly string _prefix;

    private JsonSettings(JsonElement element, string prefix)
    {
        _prefix = prefix;
        _fields = element.EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
    }

    /// <summary>The names of the fields.</summary>
    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>Reads a file that holds one object.</summary>
    /// <exception cref="InvalidDataException">It is no JSON, holds something else, has a field twice, or is longer than 64 MiB.</exception>
    public static JsonSettings Read(string path)
    {
        if (new FileInfo(path).Length > MaximumBytes)
            throw new InvalidDataException($"{path}: longer than {MaximumBytes} bytes");
        try
        {
            var root = JsonElement.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return root.ValueKind == JsonValueKind.Object
                ? new JsonSettings(root, $"{path}: ")
                : throw new InvalidDataException($"{path}: holds no JSON object");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // A name with half of a surrogate pair is an invalid operation.
            throw new InvalidDataException($"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>Names a field, with its file.</summary>
    public string Where(string name) => _prefix + name;

    /// <summary>What to say of a field whose value will not do.</summary>
    public InvalidDataException Wrong(string name, string must) =>
        new($"{Where(name)} is {ErrorText.Quote(Element(name)?.GetRawText() ?? "null")}; it must be {must}");

    /// <summary>Refuses fields of other names.</summary>
    public JsonSettings Only(params string[] names) =>
        Names.FirstOrDefault(name => !names.Contains(name)) is { } other
            ? throw Wrong(other, $"left out; known are {string.Join(", ", names)}")
            : this;

    /// <summary>Whether a field holds an object.</summary>
    public bool HoldsObject(string name) => Element(name)?.ValueKind == JsonValueKind.Object;

    /// <summary>Whether the object is the JSON form of a value; the order of fields does not count.</summary>
    public bool Equals<T>(T value) => JsonElement.DeepEquals(
        JsonSerializer.SerializeToElement(_fields), JsonSerializer.SerializeToElement(value));

    /// <summary>True, false, or null where the field is null or missing.</summary>
    public bool? Flag(string name) => Read<bool?>(name, "true or false", element => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    });

    /// <summary>A whole number, one beyond the range of int as the range's end; null where the field is null or missing.</summary>
    public int? Number(string name) => Read<int?>(name, "a whole number", element =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && value == Math.Floor(value)
            ? (int)Math.Clamp(value, int.MinValue, int.MaxValue)
            : null);

    /// <summary>A text; null where the field is null or missing.</summary>
    public string? Text(string name) => Read(name, "a text", TextOf);

    /// <summary>An object; null where the field is null or missing.</summary>
    public JsonSettings? Object(string name) => Read(name, "an object", element => ObjectOf(element, $"{name}."));

    /// <summary>The objects of a list; none where the field is null or missing.</summary>
    public IEnumerable<JsonSettings> Objects(string name) =>
        Items(name).Select((item, i) => ObjectOf(item, $"{name}[{i}].") ?? throw Wrong(name, "a list of objects"));

    /// <summary>The texts of a list, objects in it made texts; none where the field is null or missing.</summary>
    public IEnumerable<string> Texts(string name, Func<JsonSettings, string>? ofObject = null) => Items(name).Select((item, i) =>
        TextOf(item)
        ?? (ofObject is not null && ObjectOf(item, $"{name}[{i}].") is { } inner ? ofObject(inner) : throw Wrong(name, "a list of texts")));

    private JsonElement.ArrayEnumerator Items(string name)
    {
        var list = Read<JsonElement?>(name, "a list", element => element.ValueKind == JsonValueKind.Array ? element : null);
        return list?.EnumerateArray() ?? default;
    }

    private JsonSettings? ObjectOf(JsonElement element, string prefix) =>
        element.ValueKind == JsonValueKind.Object ? new JsonSettings(element, _prefix + prefix) : null;

    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: no text.
            return null;
        }
    }

    private JsonElement? Element(string name) =>
        _fields.TryGetValue(name, out var element) && element.ValueKind != JsonValueKind.Null ? element : null;

    private T? Read<T>(string name, string kind, Func<JsonElement, T?> read) =>
        Element(name) is { } element ? read(element) ?? throw Wrong(name, kind) : default;
}

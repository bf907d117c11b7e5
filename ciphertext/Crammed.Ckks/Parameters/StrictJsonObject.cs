using System.Text.Json;

namespace Crammed.Ckks;

/// <summary>A JSON object of which every member is asked for once, with its type; anything else is refused in one line.</summary>
internal sealed class StrictJsonObject
{
    private readonly string _source;
    private readonly string _prefix;
    private readonly Dictionary<string, JsonElement> _members = [];
    private readonly HashSet<string> _known = [];

    /// <param name="element">what should be an object</param>
    /// <param name="source">the file, for messages</param>
    /// <param name="prefix">the path of the object's members inside the file, empty or ending with a full stop</param>
    public StrictJsonObject(JsonElement element, string source, string prefix)
    {
        (_source, _prefix) = (source, prefix);
        if (element.ValueKind != JsonValueKind.Object)
        {
            string what = prefix.Length == 0 ? "the text" : $"member '{prefix.TrimEnd('.')}'";
            throw new CkksFormatException($"{source}: {what} is {Describe(element)}, it must be an object");
        }
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!_members.TryAdd(property.Name, property.Value))
                throw Refusal(property.Name, "is there twice");
        }
    }

    public bool Has(string name)
    {
        _known.Add(name);
        return _members.ContainsKey(name);
    }

    public string ReadString(string name)
    {
        JsonElement value = Find(name);
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Refusal(name, $"is {Describe(value)}, it must be a string");
    }

    public int ReadInt32(string name) => ToInt32(Find(name), name);

    public int[] ReadInt32List(string name)
    {
        JsonElement value = Find(name);
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select((item, i) => ToInt32(item, $"{name}[{i}]"))]
            : throw Refusal(name, $"is {Describe(value)}, it must be a list of whole numbers");
    }

    public StrictJsonObject ReadObject(string name) => new(Find(name), _source, $"{_prefix}{name}.");

    /// <summary>To be called last: refuses members that were not asked for.</summary>
    public void RefuseOthers()
    {
        foreach (string name in _members.Keys.Where(name => !_known.Contains(name)))
            throw Refusal(name, $"is unknown, known are {string.Join(", ", _known)}");
    }

    public CkksFormatException Refusal(string name, string fault) => new($"{_source}: member '{_prefix}{Printable(name)}' {fault}");

    private JsonElement Find(string name)
    {
        _known.Add(name);
        return _members.TryGetValue(name, out JsonElement value) ? value : throw Refusal(name, "is missing");
    }

    private int ToInt32(JsonElement value, string name) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
        ? number
        : throw Refusal(name, $"is {Describe(value)}, it must be a whole number of 32 bits");

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"'{Printable(value.GetString()!)}'",
        JsonValueKind.Null => "null",
        _ => value.GetRawText(),
    };

    /// <summary>Messages are one line, whatever the file holds.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}

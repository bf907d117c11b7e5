using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Crammed.Files;

namespace Crammed.Tables;

/// <summary>A kind of folder of Parquet files.</summary>
/// <param name="Name">The name of what it holds.</param>
/// <param name="Version">Goes up with every change of it.</param>
/// <param name="IsCompressed">Whether the files are compressed; those that are not are the same on every machine.</param>
public sealed record PartFormat(string Name, int Version, bool IsCompressed);

/// <summary>A Parquet file of a folder.</summary>
/// <param name="File">Its name, part-00000.parquet and so on.</param>
/// <param name="Rows">Its rows, 1 or more.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Of its bytes, 64 lower-case hexadecimal digits.</param>
public sealed record Part(string File, int Rows, long Bytes, string Sha256)
{
    /// <summary>The name of a part.</summary>
    /// <param name="index">Its place, from 0.</param>
    internal static string Name(int index) => FormattableString.Invariant($"part-{index:D5}.parquet");
}

/// <summary>What a folder of Parquet files holds: its manifest.json.</summary>
/// <param name="Format">See <see cref="PartFormat"/>.</param>
/// <param name="FormatVersion">See <see cref="PartFormat"/>.</param>
/// <param name="Description">What it says of itself.</param>
/// <param name="Parts">Its files in order.</param>
public sealed record PartManifest<T>(string Format, int FormatVersion, T Description, IReadOnlyList<Part> Parts)
{
    /// <summary>The manifest's name in its folder.</summary>
    public const string FileName = "manifest.json";

    private const long LargestBytes = 1 << 26;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>Rows of all parts.</summary>
    [JsonIgnore]
    public long Rows => Parts.Sum(part => (long)part.Rows);

    /// <summary>Reads and checks a folder's manifest; the description's values are still to be checked.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is malformed or of another format; names the entry.</exception>
    internal static PartManifest<T> Read(string folder, PartFormat format)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file.", path);
        if (new FileInfo(path).Length > LargestBytes)
            throw new InvalidDataException($"{path}: longer than {LargestBytes} bytes.");
        try
        {
            var bytes = File.ReadAllBytes(path);
            CheckFormat(JsonNode.Parse(bytes) as JsonObject, path, format);
            var manifest = JsonSerializer.Deserialize<PartManifest<T>>(bytes, Options)!;
            if (manifest.Description is null)
                throw new InvalidDataException($"{path}: has no description.");
            manifest.CheckParts(path);
            return manifest;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or InvalidOperationException)
        {
            var place = fault is JsonException { Path: { Length: > 2 } entry } ? $"{entry[2..]} is not as it should be: " : "";
            throw new InvalidDataException($"{path}: {place}{fault.Message.Split('\n', '|')[0].TrimEnd()}", fault);
        }
    }

    /// <summary>Writes the manifest, whole or not at all.</summary>
    internal void Write(string folder) =>
        AtomicFile.WriteBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, Options));

    /// <summary>The first difference of two descriptions in words, "seed = '1', and now it is '2'"; null where they are the same.</summary>
    internal static string? Difference(T earlier, T now)
    {
        var before = Entries(earlier).ToDictionary();
        foreach (var (key, value) in Entries(now))
        {
            if (!before.Remove(key, out var old))
                return $"no {key}, and now it is {ErrorText.Quote(value)}";
            if (old != value)
                return $"{key} = {ErrorText.Quote(old)}, and now it is {ErrorText.Quote(value)}";
        }

        return before.Count == 0 ? null : $"{ErrorText.Quote(before.Keys.First())}, which now is not set";
    }

    private static IEnumerable<(string Key, string Value)> Entries(T description) =>
        Entries(JsonSerializer.SerializeToNode(description, Options)!.AsObject());

    private static IEnumerable<(string Key, string Value)> Entries(JsonObject node) => node.SelectMany(entry =>
        entry.Value is JsonObject inner
            ? Entries(inner)
            : [(entry.Key, entry.Value is JsonValue value ? value.ToString() : entry.Value?.ToJsonString() ?? "null")]);

    private static void CheckFormat(JsonObject? manifest, string path, PartFormat format)
    {
        if (manifest?["format"] is not JsonValue name || !name.TryGetValue(out string? found) || found != format.Name)
            throw new InvalidDataException($"{path}: is not of the format {format.Name}.");
        var number = manifest["format_version"]?.ToJsonString();
        if (number != format.Version.ToString(CultureInfo.InvariantCulture))
        {
            throw new InvalidDataException(
                $"{path}: format_version is {ErrorText.Quote(number ?? "missing")}, and this program reads {format.Version}; "
                + "make it again.");
        }
    }

    private void CheckParts(string path)
    {
        for (var index = 0; index < Parts.Count; index++)
        {
            var part = Parts[index] ?? throw new InvalidDataException($"{path}: part {index} is null.");
            if (part.File != Part.Name(index) || part.Rows < 1 || part.Bytes < 1 || !Sha256Text.IsOne(part.Sha256))
                throw new InvalidDataException($"{path}: part {index} is malformed: {ErrorText.Quote(part.ToString())}.");
        }
    }
}

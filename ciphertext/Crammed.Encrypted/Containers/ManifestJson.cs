using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crammed.Encrypted.Containers;

/// <summary>How manifests and profiles of runs are written, and how strictly they are read: they may come from anybody.</summary>
public static class ManifestJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        WriteIndented = true,
    };

    /// <summary>The text of a manifest.</summary>
    public static string Write<T>(T manifest) => JsonSerializer.Serialize(manifest, Options) + "\n";
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Crammed.Benchmarks.Bootstrapping;
using Crammed.Files;

namespace Crammed.Cli.Commands.Bench;

/// <summary>A measurement as JSON; numbers read back exactly.</summary>
internal static class BootstrapMeasurementFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Writes the file, whole or not at all.</summary>
    public static void Write(string path, BootstrapMeasurement measurement) =>
        AtomicFile.WriteText(path, JsonSerializer.Serialize(measurement, Options) + "\n");

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is no measurement.</exception>
    public static BootstrapMeasurement Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<BootstrapMeasurement>(File.ReadAllText(path), Options)
                ?? throw new InvalidDataException($"{path}: holds null instead of a measurement");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: is no measurement: {exception.Message}", exception);
        }
    }
}

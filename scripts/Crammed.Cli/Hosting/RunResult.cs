using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crammed.Cli.Hosting;

/// <summary>One of a complete run's main figures.</summary>
/// <param name="Name">What it is, in snake case.</param>
/// <param name="Value">NaN where it is undefined.</param>
/// <param name="Chance">That of the best constant answer, where it is a score.</param>
internal sealed record RunResult(string Name, double Value, double? Chance)
{
    /// <summary>The file of a run's figures in its folder; it is written last.</summary>
    public const string File = "results.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
    };

    public static string ToJson(IReadOnlyList<RunResult> results) => JsonSerializer.Serialize(results, Json) + "\n";

    /// <summary>The figures of a complete run; null where there is none in the folder.</summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    public static IReadOnlyList<RunResult>? Read(string folder)
    {
        var path = Path.Combine(folder, File);
        if (!System.IO.File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<List<RunResult>>(System.IO.File.ReadAllText(path), Json)
                ?? throw new InvalidDataException($"{path}: holds null, not a run's figures");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }
}

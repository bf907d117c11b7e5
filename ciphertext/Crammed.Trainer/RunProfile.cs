using System.Text.Json;
using Crammed.Encrypted.Backends;

namespace Crammed.Trainer;

/// <summary>What a run cost: times of steps, wall seconds by layer, operations by layer, kind and level, peak memory.</summary>
/// <param name="StepSeconds">Wall seconds of each step or evaluation batch.</param>
/// <param name="LayerSeconds">Wall seconds by layer, all steps together.</param>
/// <param name="Operations">Counts and processor seconds, all steps together.</param>
/// <param name="PeakMemoryBytes">Peak resident memory of the process.</param>
/// <param name="KeyBytes">Evaluation keys in memory.</param>
public sealed record RunProfile(
    IReadOnlyList<double> StepSeconds,
    IReadOnlyDictionary<string, double> LayerSeconds,
    IReadOnlyList<OperationRecord> Operations,
    long PeakMemoryBytes,
    long KeyBytes)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    /// <exception cref="InvalidDataException">Malformed.</exception>
    public static RunProfile Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunProfile>(File.ReadAllText(path), Options) ?? throw new InvalidDataException($"{path}: holds null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }
}

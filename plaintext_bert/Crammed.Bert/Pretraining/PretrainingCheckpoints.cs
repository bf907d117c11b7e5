using System.Globalization;

namespace Crammed.Bert;

/// <summary>
/// Where and how often a run saves itself: the files <c>step-NNNNNNNNN.safetensors</c> of a folder, of which the last two are kept.
/// </summary>
public sealed record PretrainingCheckpoints
{
    private const int Kept = 2;
    private const string Pattern = "step-*.safetensors";

    /// <summary>The folder; made with the first checkpoint.</summary>
    public required string Folder { get; init; }

    /// <summary>Time between two checkpoints; one more is written when the run ends, by whatever cause.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Where the run starts from; null: from the beginning.</summary>
    public PretrainingCheckpoint? Resume { get; init; }

    /// <summary>Told of every checkpoint written: its file and the steps done.</summary>
    public Action<string, int>? Saved { get; init; }

    /// <summary>The latest checkpoint in a folder; null where it has none or does not exist.</summary>
    public static string? Latest(string folder) => Directory.Exists(folder) ? Files(folder).LastOrDefault() : null;

    internal void Save(PretrainingRun run, IReadOnlyList<PretrainingMetrics> metrics, double seconds, string identity)
    {
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"step-{run.Steps:D9}.safetensors"));
        PretrainingCheckpoint.Write(path, run, metrics, seconds, identity);
        var files = Files(Folder);
        var own = files.IndexOf(path);
        // Steps before the last two go. Later ones are of a run that was resumed from an earlier step; the next start must not find them.
        foreach (var file in files.Where((_, i) => i > own || i <= own - Kept))
            File.Delete(file);
        Saved?.Invoke(path, run.Steps);
    }

    private static List<string> Files(string folder) => [.. Directory.GetFiles(folder, Pattern).Order(StringComparer.Ordinal)];
}

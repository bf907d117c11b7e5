using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Crammed.Files;

namespace Crammed.Cli.Stages;

/// <summary>A stage of a run: stages.json lists them.</summary>
/// <param name="Name">Which.</param>
/// <param name="MadeFrom">What its output is made from: hashes of files, and settings, by name.</param>
/// <param name="IsDone">Whether its output is whole.</param>
/// <param name="Seconds">On the wall clock, in all calls together.</param>
internal sealed record KeptStage(string Name, IReadOnlyDictionary<string, string> MadeFrom, bool IsDone, double Seconds);

/// <summary>
/// The stages of a run in a folder, with what each one's output was made from. A stage that was done from the same is not done again; one
/// that was interrupted goes on; the output of one that is to be made from something else is removed first.
/// </summary>
internal sealed class KeptStages
{
    public const string FileName = "stages.json";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    private readonly string _folder;
    private readonly Action<string> _say;
    private readonly List<KeptStage> _stages;

    private KeptStages(string folder, Action<string> say, List<KeptStage> stages) => (_folder, _say, _stages) = (folder, say, stages);

    /// <summary>In the order in which they first began.</summary>
    public IReadOnlyList<KeptStage> Stages => _stages;

    /// <summary>Opens what a folder has, or begins.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="say">Told which stage begins, and which is kept.</param>
    /// <exception cref="InvalidDataException">stages.json is malformed.</exception>
    public static KeptStages Open(string folder, Action<string> say)
    {
        var path = Path.Combine(folder, FileName);
        var stages = File.Exists(path)
            ? JsonFile.Read<List<KeptStage>>(path, Options, "remove the run's folder, or choose another name=")
            : (List<KeptStage>)[];
        return new KeptStages(folder, say, stages);
    }

    /// <summary>Does a stage, unless it is done.</summary>
    /// <param name="name">Which.</param>
    /// <param name="madeFrom">Hashes and settings by name: the same ones make the same output.</param>
    /// <param name="outputs">What it writes, in the run's folder: removed before it is made from something else.</param>
    /// <param name="work">Does it, or goes on where it was interrupted.</param>
    public async Task RunAsync(
        string name, IReadOnlyDictionary<string, string> madeFrom, IReadOnlyList<string> outputs, Func<Task> work)
    {
        var known = _stages.Find(stage => stage.Name == name);
        var isSame = known is not null && known.MadeFrom.Count == madeFrom.Count
            && madeFrom.All(pair => known.MadeFrom.TryGetValue(pair.Key, out var value) && value == pair.Value);
        if (isSame && known!.IsDone)
        {
            _say($"== {name}: kept");
            return;
        }
        if (!isSame)
        {
            foreach (var output in outputs)
                Remove(Path.Combine(_folder, output));
            known = null;
        }
        _say($"== {name}");
        var stage = new KeptStage(name, madeFrom, IsDone: false, known?.Seconds ?? 0);
        Save(stage);
        var start = Stopwatch.GetTimestamp();
        try
        {
            await work().ConfigureAwait(false);
            stage = stage with { IsDone = true };
        }
        finally
        {
            Save(stage with { Seconds = stage.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds });
        }
    }

    /// <summary>The same for work that waits for nothing.</summary>
    public void Run(string name, IReadOnlyDictionary<string, string> madeFrom, IReadOnlyList<string> outputs, Action work) =>
        RunAsync(name, madeFrom, outputs, () =>
        {
            work();
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    /// <summary>Does a stage in every call and takes its time.</summary>
    public T Timed<T>(string name, Func<T> work)
    {
        _say($"== {name}");
        var start = Stopwatch.GetTimestamp();
        var result = work();
        Save(new KeptStage(name, new Dictionary<string, string>(), IsDone: true, Stopwatch.GetElapsedTime(start).TotalSeconds));
        return result;
    }

    private void Save(KeptStage stage)
    {
        var at = _stages.FindIndex(known => known.Name == stage.Name);
        if (at < 0)
            _stages.Add(stage);
        else
            _stages[at] = stage;
        AtomicFile.WriteText(Path.Combine(_folder, FileName), JsonSerializer.Serialize(_stages, Options) + "\n");
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else if (File.Exists(path))
            File.Delete(path);
    }
}

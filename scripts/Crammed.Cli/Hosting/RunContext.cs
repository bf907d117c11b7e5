using Crammed.Ckks;
using Crammed.Cli.Configuration;
using Crammed.Cli.Progress;
using Crammed.Files;
using Spectre.Console;

namespace Crammed.Cli.Hosting;

/// <summary>What a command works with: its settings, its console, its output folder.</summary>
/// <typeparam name="TSettings">The settings that the command reads.</typeparam>
internal sealed class RunContext<TSettings> : IDisposable
    where TSettings : class
{
    /// <summary>In the output folder while a run writes there.</summary>
    private const string LockFile = "run.lock";

    private readonly RunRequest _request;
    private readonly List<RunResult> _results = [];
    private OutputFolder? _folder;
    private FolderLock? _lock;

    public RunContext(RunRequest request, params IReadOnlyList<LoadedConfiguration<TSettings>> configurations)
    {
        _request = request;
        Sweep = configurations;
    }

    /// <summary>The settings, the first ones where several choices were given for the swept group.</summary>
    public TSettings Settings => Sweep[0].Settings;

    /// <summary>The settings for each choice of the swept group; one where the command has no such group.</summary>
    public IReadOnlyList<LoadedConfiguration<TSettings>> Sweep { get; }

    /// <summary>The words <c>group=choice</c> and <c>a.b.c=value</c> of the command line.</summary>
    public IReadOnlyList<string> Overrides => _request.Overrides;

    /// <summary>The configuration files that the settings were composed from.</summary>
    public ConfigurationFolder Configurations => _request.Folder;

    /// <summary>Results, as text.</summary>
    public TextWriter Output => _request.Environment.Output;

    /// <summary>Notices that are no result.</summary>
    public TextWriter Notices => _request.Environment.Error;

    /// <summary>Tables among the results.</summary>
    public IAnsiConsole Console => _request.Environment.OutputConsole;

    /// <summary>Whether an earlier run of the same name is to be replaced.</summary>
    public bool Overwrites => _request.Overwrites;

    /// <summary>Whether the user asked for details.</summary>
    public bool IsVerbose => _request.IsVerbose;

    /// <summary>The clock.</summary>
    public TimeProvider Time => _request.Environment.Time;

    /// <summary>Who is asked for free memory and disk space before keys are made.</summary>
    public ISystemResources Resources => _request.Environment.Resources;

    /// <summary>A path of the settings or the command line, made absolute against the current directory.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, _request.Environment.CurrentDirectory);

    /// <summary>
    /// Makes the run's folder <c>outputs/NAME</c> in the current directory and writes config.yaml there. A folder of that name that
    /// already holds something is replaced with <c>--overwrite</c>, and otherwise left alone, see <paramref name="whenTaken"/>.
    /// </summary>
    /// <exception cref="ConfigurationException">The name is no folder name, or it is taken.</exception>
    /// <exception cref="InvalidDataException">Another run that has not ended writes there.</exception>
    public OutputFolder CreateOutputFolder(string name, NameTaken whenTaken)
    {
        var replaces = _request.Overwrites && whenTaken != NameTaken.Continue;
        if (replaces)
            RequireEnded(name);
        var folder = OutputFolder.Create(_request.Environment.CurrentDirectory, name, replaces ? NameTaken.Replace : whenTaken);
        _lock?.Dispose();
        _lock = FolderLock.Take(folder.FullPath, LockFile);
        folder.WriteText("config.yaml", Sweep[0].ToYaml());
        Keep($"{folder.ShownPath}/config.yaml");
        return _folder = folder;
    }

    /// <summary>Refuses to replace a run that has not ended.</summary>
    private void RequireEnded(string name)
    {
        OutputFolder.RequireAvailable(_request.Environment.CurrentDirectory, name, NameTaken.Replace);
        var earlier = Resolve($"{OutputFolder.Parent}/{name}");
        if (Directory.Exists(earlier))
            FolderLock.Take(earlier, LockFile).Dispose();
    }

    /// <summary>Checks the name of the run's folder before long work whose end is needed to write there.</summary>
    /// <exception cref="ConfigurationException">The name is no folder name, or it is taken.</exception>
    public void RequireOutputName(string name) => OutputFolder.RequireAvailable(
        _request.Environment.CurrentDirectory, name, _request.Overwrites ? NameTaken.Replace : NameTaken.Refuse);

    /// <summary>Says what an interruption from here on leaves behind: "the checkpoint of step 120 in outputs/test/checkpoint".</summary>
    public void Keep(string what) => _request.Kept.Say(what);

    /// <summary>Shows the progress of work; dispose it when the work is done.</summary>
    public ProgressDisplay Display() => _request.Environment.Display();

    /// <summary>Adds one of the run's main figures, for its results.json and for the table of a <c>--multirun</c>.</summary>
    /// <param name="name">What it is, in snake case: <c>held_out_loss</c>.</param>
    /// <param name="value">NaN where it is undefined.</param>
    /// <param name="chance">That of the best constant answer, where it is a score.</param>
    public void AddResult(string name, double value, double? chance = null) => _results.Add(new RunResult(name, value, chance));

    public void Dispose() => _lock?.Dispose();

    /// <summary>Writes results.json, which says that the run is complete; nothing where the command has no figures.</summary>
    public void WriteResults()
    {
        if (_folder is not null && _results.Count > 0)
            _folder.WriteText(RunResult.File, RunResult.ToJson(_results));
    }
}

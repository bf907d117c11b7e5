using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Progress;
using Crammed.Cli.Reports;
using Crammed.Cli.Stages;
using Crammed.Files;

namespace Crammed.Cli.Multirun;

/// <summary>What config.yaml of several runs says: the command line that made them.</summary>
/// <param name="Command">The command.</param>
/// <param name="Overrides">Its words, as they were typed, without <c>resume</c>.</param>
internal sealed record MultirunSettings(string Command, IReadOnlyList<string> Overrides);

/// <summary>
/// <c>--multirun</c>: a command once for each combination of its overrides' values, each in a process of its own, which gives all of its
/// memory back. Runs write to outputs/NAME/0, 1, ...; outputs/NAME has the table.
/// </summary>
internal sealed class MultirunCommand
{
    private const string TableFile = "runs.csv", ReportFile = "runs.md";

    private readonly CommandDefinition _command;
    private readonly RunRequest _request;
    private readonly IReadOnlyList<MultirunJob> _jobs;
    private readonly string _name;
    private readonly string? _resume;
    private readonly string[] _words;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, MultirunOutcome> _outcomes = [];

    private MultirunCommand(CommandDefinition command, RunRequest request)
    {
        _command = command;
        _request = request;
        _resume = ValueOf("resume");
        _words = [.. request.Overrides.Where(word => KeyOf(word) is not "resume")];
        _jobs = OverrideProduct.Of([.. _words.Where(word => KeyOf(word) is not "name")]);
        var tree = ConfigurationComposer.Compose(request.Folder, command.ConfigurationRoot, []).Tree;
        _name = ValueOf("name") ?? (tree.TryGet("name", out var name) && name is ScalarNode { Text: var text } ? text : command.Name);
    }

    /// <summary>Carries out the command of the request several times.</summary>
    /// <exception cref="ConfigurationException">The words of a run are wrong, or the folder is taken; nothing was run.</exception>
    public static Task<int> RunAsync(CommandDefinition command, RunRequest request, CancellationToken cancellation) =>
        new MultirunCommand(command, request).RunAsync(cancellation);

    private async Task<int> RunAsync(CancellationToken cancellation)
    {
        foreach (var job in _jobs)
            _command.Check(_request.Folder, job.Words);
        if (_request.PrintsConfiguration)
        {
            foreach (var job in _jobs)
                await _command.RunAsync(_request with { Overrides = [.. job.Words, $"name={_name}/{job.Number}"] }, cancellation);
            return ExitCode.Success;
        }
        var folder = Folder();
        foreach (var job in _jobs.Where(_ => _resume is not null))
        {
            if (RunResult.Read(folder.PathOf($"{job.Number}")) is { } results)
                _outcomes.Add(job.Number, new MultirunOutcome(job, results));
        }
        Write(folder);
        using (var display = _request.Environment.Display())
            await RunJobsAsync(folder, display, cancellation);
        await _request.Environment.Output.WriteAsync(new MultirunTable([.. _outcomes.Values]).ToString());
        await _request.Environment.Output.WriteLineAsync(
            $"files  {folder.ShownPath}/{TableFile}, {ReportFile}, and each run's in {folder.ShownPath}/N");
        var failed = _outcomes.Values.Count(outcome => outcome.Results is null);
        if (failed == 0)
            return ExitCode.Success;
        await _request.Environment.Error.WriteLineAsync(
            $"{failed} of {_jobs.Count} runs failed; to repeat these alone, give the command again with resume={folder.ShownPath}");
        return ExitCode.Failure;
    }

    private async Task RunJobsAsync(OutputFolder folder, ProgressDisplay display, CancellationToken cancellation)
    {
        var left = _jobs.Where(job => !_outcomes.ContainsKey(job.Number)).ToList();
        display.Report(new WorkProgress("runs", _outcomes.Count, _jobs.Count, "runs"));
        var options = new ParallelOptions { MaxDegreeOfParallelism = _request.Jobs, CancellationToken = cancellation };
        await Parallel.ForEachAsync(left, options, async (job, stopping) =>
        {
            var failure = await RunJobAsync(folder, job, stopping);
            stopping.ThrowIfCancellationRequested();
            var results = failure is null ? RunResult.Read(folder.PathOf($"{job.Number}")) : null;
            var words = string.Join(' ', job.Swept);
            lock (_lock)
            {
                _outcomes.Add(job.Number, new MultirunOutcome(job, results));
                Write(folder);
                if (results is null)
                    _request.Environment.Error.WriteLine($"run {job.Number} ({words}) failed: {failure ?? "it wrote no results"}");
                display.Report(new WorkProgress("runs", _outcomes.Count, _jobs.Count, "runs", words));
            }
        });
    }

    /// <summary>Null where the run succeeded, otherwise its last line of errors.</summary>
    private async Task<string?> RunJobAsync(OutputFolder folder, MultirunJob job, CancellationToken cancellation)
    {
        var (name, own) = ($"{_name}/{job.Number}", folder.PathOf($"{job.Number}"));
        List<string> words = [.. _command.Name.Split(' '), .. job.Words, $"name={name}", "--config-dir", _request.Folder.FullPath];
        // What an earlier attempt left: a command that keeps checkpoints goes on from them, another begins again.
        var canResume = SettingsSchema.Of(_command.SettingsType).Find("resume") is not null;
        var checkpoints = Path.Combine(own, StageFiles.Checkpoints);
        if (canResume && Directory.Exists(checkpoints) && Directory.EnumerateFiles(checkpoints).Any())
            words.Add($"resume=outputs/{name}");
        else if (Directory.Exists(own))
            words.Add("--overwrite");
        using var child = ChildProgram.Start(
            ChildProgram.Crammed, words, returnsFreedMemory: false, _request.Environment.CurrentDirectory);
        using var stopping = cancellation.Register(child.RequestStop);
        while (await child.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is not null)
        {
            // Its results are in its files.
        }
        var (exitCode, errors) = await child.WaitAsync().ConfigureAwait(false);
        return exitCode == ExitCode.Success
            ? null
            : ChildProgram.Failure(_command.Name, exitCode, errors.TrimEnd().Split('\n')[^1]).Message;
    }

    private OutputFolder Folder()
    {
        var text = SettingsWriter.ToYaml(new MultirunSettings(_command.Name, _words));
        var current = _request.Environment.CurrentDirectory;
        var own = Path.Combine(current, OutputFolder.Parent, _name);
        if (_resume is null)
        {
            var folder = OutputFolder.Create(current, _name, _request.Overwrites ? NameTaken.Replace : NameTaken.Refuse);
            folder.WriteText(OutputFolder.Marker, text);
            return folder;
        }
        var given = Path.TrimEndingDirectorySeparator(Path.GetFullPath(_resume, current));
        var file = Path.Combine(given, OutputFolder.Marker);
        if (!File.Exists(file))
        {
            throw new ConfigurationException(
                $"'resume' is {_resume}, where there is no {OutputFolder.Marker}; name the folder of interrupted runs");
        }
        if (given != own)
        {
            throw new ConfigurationException(
                $"'resume' is {_resume}, and these runs write to outputs/{_name}; give name={Path.GetFileName(given)}");
        }
        var earlier = File.ReadAllText(file);
        return earlier == text
            ? OutputFolder.Create(current, _name, NameTaken.Continue)
            : throw new ConfigurationException(
                $"{_resume} was made by another command line: {earlier.ReplaceLineEndings(" ").Trim()}; repeat that, "
                + "or give another name=");
    }

    /// <summary>Everything known so far, so that an interruption loses none of it.</summary>
    private void Write(OutputFolder folder)
    {
        var table = new MultirunTable([.. _outcomes.Values]);
        var (machine, version) = (MachineFacts.OfThis(), SourceVersion.Of(AppContext.BaseDirectory) ?? "unknown");
        table.ToCsv().Write(folder.PathOf(TableFile));
        folder.WriteText(ReportFile, $"""
            # crammed {_command.Name} --multirun {string.Join(' ', _words)}

            {machine.Cores} cores ({machine.Processor ?? "unknown processor"}), {machine.System}; source {version}.

            {table}
            Medians over seeds; in brackets the least and the greatest. Every run by itself: {TableFile}.

            """);
        var complete = _outcomes.Values.Count(outcome => outcome.Results is not null);
        _request.Kept.Say($"{complete} complete runs in {folder.ShownPath}; to go on, repeat the command with resume={folder.ShownPath}");
    }

    private string? ValueOf(string key)
    {
        var word = _request.Overrides.LastOrDefault(word => KeyOf(word) == key);
        return word?[(key.Length + 1)..];
    }

    private static string KeyOf(string word) => word.Split('=', 2)[0];
}

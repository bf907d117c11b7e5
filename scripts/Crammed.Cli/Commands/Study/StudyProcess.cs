using Crammed.Cli.Encryption;

namespace Crammed.Cli.Commands.Study;

/// <summary>Carries out a run's commands, each in a process of its own.</summary>
/// <param name="currentDirectory">Where the commands run.</param>
/// <param name="configurations">The folder of configuration files.</param>
internal sealed class StudyProcess(string currentDirectory, string configurations)
{
    /// <summary>Pretrains where that is not done yet, then fine-tunes. What an earlier attempt left unfinished is replaced.</summary>
    /// <param name="run">What to do.</param>
    /// <param name="outputs">The folder of all runs' folders.</param>
    /// <param name="replaces">Whether runs of these names are an earlier attempt's and may be replaced.</param>
    /// <param name="started">Told which command starts.</param>
    /// <param name="cancellation">Asks the command under way to end.</param>
    public async Task RunAsync(StudyRun run, string outputs, bool replaces, Action<string> started, CancellationToken cancellation)
    {
        if (!replaces || !StudyResult.IsPretrained(run, outputs))
            await CommandAsync("pretrain", run.PretrainWords, replaces, run.Name, started, cancellation);
        if (run.FinetuneWords is { } words)
            await CommandAsync("finetune", words, replaces, run.TasksName, started, cancellation);
    }

    private async Task CommandAsync(
        string command, IReadOnlyList<string> words, bool replaces, string name, Action<string> started, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        started($"{command} {name}");
        string[] options = replaces ? ["--config-dir", configurations, "--overwrite"] : ["--config-dir", configurations];
        using var child = ChildProgram.Start(
            ChildProgram.Crammed, [command, .. words, .. options], returnsFreedMemory: false, currentDirectory);
        using var stopping = cancellation.Register(child.RequestStop);
        while (await child.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is not null)
        {
            // Its results are in its files.
        }
        var (exitCode, errors) = await child.WaitAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (exitCode != 0)
            throw ChildProgram.Failure($"crammed {command} name={name}", exitCode, LastLine(errors));
    }

    /// <summary>Lines of progress come before that of the error.</summary>
    private static string LastLine(string errors) => errors.TrimEnd().Split('\n')[^1];
}

namespace Crammed.Cli.Hosting;

/// <summary>The program's exit codes.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Something failed that better input would not have prevented.</summary>
    public const int Failure = 1;

    /// <summary>An argument, a setting or a file is wrong, or asks for more room than there is.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl-C (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>Asked to end (128 + SIGTERM).</summary>
    public const int Terminated = 143;
}

/// <summary>The program: parses the command line, runs a command, and turns every outcome into an exit code and at most one line.</summary>
internal sealed class CrammedProgram
{
    private readonly ProgramEnvironment _environment;
    private readonly IReadOnlyList<CommandDefinition> _commands;

    public CrammedProgram(ProgramEnvironment environment, IReadOnlyList<CommandDefinition> commands)
    {
        _environment = environment;
        _commands = commands;
    }

    /// <summary>Runs with the arguments that follow the program's name.</summary>
    /// <param name="arguments">The words of the command line.</param>
    /// <param name="interrupts">Where signals arrive.</param>
    /// <returns>The exit code, one of <see cref="ExitCode"/> or the command's own.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, InterruptHandler interrupts)
    {
        var kept = new KeptFiles();
        try
        {
            return await new CommandLine(_environment, _commands, kept).RunAsync(arguments, interrupts.Token);
        }
        catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
        {
            await _environment.Error.WriteLineAsync($"interrupted: {kept}");
            return interrupts.ExitCode;
        }
        catch (Exception exception)
        {
            await _environment.Error.WriteLineAsync($"error: {FailurePolicy.Describe(exception)}");
            if (CommandLine.IsVerbose(arguments))
                await _environment.Error.WriteLineAsync(exception.ToString());
            return FailurePolicy.ExitCodeOf(exception);
        }
    }
}

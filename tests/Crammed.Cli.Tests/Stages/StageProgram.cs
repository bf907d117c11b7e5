using Crammed.Ckks;
using Crammed.Cli.Commands;
using Crammed.Cli.Hosting;

namespace Crammed.Cli.Tests.Stages;

/// <summary>Runs the program's own commands in this process, in a folder of its own, with the shipped configuration.</summary>
internal sealed class StageProgram : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public StageProgram() => Interrupts = new InterruptHandler(TextWriter.Null);

    public TemporaryFolder Folder { get; } = new();

    public InterruptHandler Interrupts { get; }

    /// <summary>Who is asked for free memory and disk space.</summary>
    public ISystemResources Resources { get; set; } = SystemResources.Process;

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    public async Task<int> RunAsync(params string[] arguments)
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        var environment = new ProgramEnvironment
        {
            Output = _output,
            Error = _error,
            OutputConsole = ProgramEnvironment.ConsoleOn(_output, isRedirected: true),
            ProgressConsole = null,
            CurrentDirectory = Folder.Path,
            ProgramDirectory = Repository.PathOf("scripts"),
            Resources = Resources,
        };
        return await new CrammedProgram(environment, CommandTable.All).RunAsync(arguments, Interrupts);
    }

    public void Dispose()
    {
        Interrupts.Dispose();
        Folder.Dispose();
    }
}

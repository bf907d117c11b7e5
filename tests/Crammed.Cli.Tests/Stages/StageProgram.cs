using Crammed.Ckks;
using Crammed.Cli.Commands;
using Crammed.Cli.Hosting;

namespace Crammed.Cli.Tests.Stages;

/// <summary>Runs the program's own commands in this process, in a folder of its own, with the shipped configuration.</summary>
internal class StageProgram : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public StageProgram() => Interrupts = new InterruptHandler(_error);

    public TemporaryFolder Folder { get; } = new();

    public InterruptHandler Interrupts { get; }

    /// <summary>Who is asked for free memory and disk space.</summary>
    public ISystemResources Resources { get; set; } = SystemResources.Process;

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    protected virtual IReadOnlyList<CommandDefinition> Commands => CommandTable.All;

    protected virtual string ProgramDirectory => Repository.PathOf("scripts");

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
            ProgramDirectory = ProgramDirectory,
            Resources = Resources,
        };
        return await new CrammedProgram(environment, Commands).RunAsync(arguments, Interrupts);
    }

    public void Dispose()
    {
        Interrupts.Dispose();
        Folder.Dispose();
    }
}

/// <summary>Tests that each have the program in a folder of its own.</summary>
public abstract class ProgramTests
{
    private protected StageProgram Shell { get; private set; } = null!;

    [SetUp]
    public void StartProgram() => Shell = new StageProgram();

    [TearDown]
    public void EndProgram() => Shell.Dispose();
}

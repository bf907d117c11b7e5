using Crammed.Cli.Hosting;

namespace Crammed.Cli.Tests.Hosting;

/// <summary>Runs the program in this process, in a folder of its own, with commands of the test's own.</summary>
internal sealed class ProgramHarness : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public ProgramHarness()
    {
        _folder.Write("configs/cfg_work.yaml", "defaults:\n  - size: small\nname: first\n");
        _folder.Write("configs/size/small.yaml", "units: 3\n");
        _folder.Write("configs/size/large.yaml", "units: 30\n");
        Interrupts = new InterruptHandler(_error);
    }

    /// <summary>What the command <c>work</c> does.</summary>
    public Func<RunContext<WorkSettings>, CancellationToken, Task<int>> Work { get; set; } = (_, _) => Task.FromResult(0);

    public InterruptHandler Interrupts { get; }

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    public string Directory => _folder.Path;

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
            CurrentDirectory = _folder.Path,
            ProgramDirectory = _folder.Combine("configs"),
        };
        return await new CrammedProgram(environment, [Command("work"), Command("many small")]).RunAsync(arguments, Interrupts);
    }

    public void Dispose()
    {
        Interrupts.Dispose();
        _folder.Dispose();
    }

    private CommandDefinition<WorkSettings> Command(string name) => new()
    {
        Name = name,
        Summary = "Do some work.",
        ConfigurationRoot = "cfg_work",
        CreateHandler = () => new Handler(Work),
        Examples = [("work size=large", "do a lot of it")],
    };

    private sealed class Handler(Func<RunContext<WorkSettings>, CancellationToken, Task<int>> work) : ICommandHandler<WorkSettings>
    {
        public Task<int> RunAsync(RunContext<WorkSettings> context, CancellationToken cancellationToken) =>
            work(context, cancellationToken);
    }
}

using Crammed.Cli.Hosting;
using Crammed.Cli.Tests.Stages;

namespace Crammed.Cli.Tests.Hosting;

/// <summary>Runs the program in this process, in a folder of its own, with commands of the test's own.</summary>
internal sealed class ProgramHarness : StageProgram
{
    public ProgramHarness()
    {
        Folder.Write("configs/cfg_work.yaml", "defaults:\n  - size: small\nname: first\n");
        Folder.Write("configs/size/small.yaml", "units: 3\n");
        Folder.Write("configs/size/large.yaml", "units: 30\n");
    }

    /// <summary>What the command <c>work</c> does.</summary>
    public Func<RunContext<WorkSettings>, CancellationToken, Task<int>> Work { get; set; } = (_, _) => Task.FromResult(0);

    public string Directory => Folder.Path;

    protected override IReadOnlyList<CommandDefinition> Commands => [Command("work"), Command("many small")];

    protected override string ProgramDirectory => Folder.Combine("configs");

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

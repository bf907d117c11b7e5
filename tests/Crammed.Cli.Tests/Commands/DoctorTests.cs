using Crammed.Cli.Commands.Doctor;
using Crammed.Cli.Hosting;

namespace Crammed.Cli.Tests.Commands;

internal sealed class DoctorTests
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    [SetUp]
    public void Clear()
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
    }

    [Test]
    public async Task A_complete_machine_is_fine()
    {
        Assert.That(await RunAsync(new FakeHost()), Is.EqualTo(0), _error.ToString());
        Assert.That(_output.ToString(),
            Does.Contain("everything crammed needs is here").And.Contain("256-bit").And.Contain("23.5 GiB").And.Not.Contain("missing"));
    }

    private static IEnumerable<TestCaseData> Lacks()
    {
        yield return new TestCaseData(new FakeHost { Sdk = null }, ".NET SDK");
        yield return new TestCaseData(new FakeHost { Sdk = "9.0.100" }, "9.0.100");
        yield return new TestCaseData(new FakeHost { Torch = (false, "restore the packages") }, "restore the packages");
        yield return new TestCaseData(new FakeHost { File = "data.noun" }, "lacks index.noun");
    }

    [TestCaseSource(nameof(Lacks))]
    public async Task What_is_missing_is_named_with_what_to_do(IHostProbe host, string expected)
    {
        Assert.That(await RunAsync(host), Is.EqualTo(1));
        Assert.That(_output.ToString(), Does.Contain(expected).And.Contain("missing: 1"));
    }

    [Test]
    public async Task What_is_slow_is_noted_but_no_failure()
    {
        var host = new FakeHost { Vectors = (true, true), Cores = 1, MemoryBytes = 4L << 30 };
        Assert.That(await RunAsync(host), Is.EqualTo(0));
        Assert.That(_output.ToString(), Does.Contain("two cores halve the time").And.Contain("may not fit"));
    }

    [Test]
    public async Task WordNet_is_looked_for_where_the_configuration_says()
    {
        Assert.That(await RunAsync(new FakeHost { File = "none" }, "data.wordnet=some/where"), Is.EqualTo(1));
        Assert.That(_output.ToString(), Does.Contain("/nowhere/some/where lacks data.noun and index.noun"));
    }

    [Test]
    public void This_machine_can_be_examined()
    {
        var checks = new HostChecks(new HostProbe()).All("/nowhere").ToList();
        Assert.That(checks.Select(check => check.Name), Does.Contain("memory").And.Contain("WordNet"));
        Assert.That(checks.Single(check => check.Name == "libtorch").State, Is.EqualTo(CheckState.Good));
        Assert.That(checks.Single(check => check.Name == ".NET SDK").State, Is.EqualTo(CheckState.Good), "the tests were built by an SDK");
        Assert.That(checks.Single(check => check.Name == "WordNet").State, Is.EqualTo(CheckState.Missing));
        Assert.That(new HostProbe().FirstLine("no-such-program"), Is.Null);
        Assert.That(new HostProbe().FirstLine("false"), Is.Null);
        Assert.That(new HostProbe().FirstLine("seq", "100000"), Is.EqualTo("1"));
    }

    private async Task<int> RunAsync(IHostProbe host, params string[] overrides)
    {
        var environment = new ProgramEnvironment
        {
            Output = _output,
            Error = _error,
            OutputConsole = ProgramEnvironment.ConsoleOn(_output, isRedirected: true),
            ProgressConsole = null,
            CurrentDirectory = "/nowhere",
            ProgramDirectory = AppContext.BaseDirectory,
        };
        var doctor = new CommandDefinition<DoctorSettings>
        {
            Name = "doctor",
            Summary = "",
            ConfigurationRoot = "cfg_doctor",
            WritesOutput = false,
            Examples = [],
            CreateHandler = () => new DoctorCommand(host),
        };
        using var interrupts = new InterruptHandler(_error);
        return await new CrammedProgram(environment, [doctor]).RunAsync(["doctor", .. overrides], interrupts);
    }

    /// <summary>A machine that has everything, or of one kind only the thing named.</summary>
    private sealed class FakeHost : IHostProbe
    {
        public string? Sdk { get; init; } = "10.0.401";

        public (bool IsLoaded, string Text) Torch { get; init; } = (true, "/a/libtorch.so");

        public string? File { get; init; }

        public (bool Has512, bool Has256) Vectors { get; init; } = (false, true);

        public int Cores { get; init; } = 2;

        public long MemoryBytes { get; init; } = (long)(23.5 * (1L << 30));

        public string? Variable(string name) => null;

        public bool HasFile(string path) => File is null || Path.GetFileName(path) == File;

        public (bool IsLoaded, string Text) LoadTorch() => Torch;

        public string? FirstLine(string program, params IReadOnlyList<string> arguments) => program == "dotnet" ? Sdk : null;
    }
}

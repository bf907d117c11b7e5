using Crammed.Benchmarks.Bootstrapping;
using Crammed.Cli.Commands.Bench;
using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Tests.Stages;

namespace Crammed.Cli.Tests.Bootstrapping;

/// <summary><c>crammed bench bootstrap</c>, as a user types it, over a toy ring.</summary>
internal sealed class BenchBootstrapTests : ProgramTests
{
    private const string Toy = "parameters=insecure-N11-bootstrapping";

    [Test]
    public async Task Every_configuration_is_measured_in_a_process_of_its_own()
    {
        Assert.That(
            await Shell.RunAsync(
                "bench", "bootstrap", Toy, "slots=[0,16,4096]", "messages=[ramp,few-values]", "repetitions=1", "threads=1"),
            Is.EqualTo(ExitCode.Success), () => Shell.Error);
        Assert.That(Shell.Output, Does.Match(@"insecure-N11-bootstrapping \(here, INSECURE\) +\| +1,024 \| +1 \|"));
        Assert.That(Shell.Output, Does.Match(@"insecure-N11-bootstrapping \(here, INSECURE\) +\| +16 \| +1 \|"));
        Assert.That(Shell.Output, Does.Contain("report   outputs/bench-bootstrap/bootstrap.md\n"));
        Assert.That(Shell.Error, Does.Contain("2/2 insecure-N11-bootstrapping, 16 slots: bootstraps: 7/7 bootstraps"));
        string[] files =
            [.. Directory.GetFiles(Outputs, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Outputs, file))];
        Assert.That(files.Where(file => !file.EndsWith(".png")), Is.EquivalentTo(new[]
        {
            "config.yaml", "bootstrap.md", "configurations.csv", "times.csv", "precision.csv", "histograms.csv",
            "measurements/insecure-N11-bootstrapping-1024.json", "measurements/insecure-N11-bootstrapping-16.json",
        }));
        var precision = new CsvFile(Path.Combine(Outputs, "precision.csv"));
        Assert.That(precision.Texts("message").Distinct(), Is.EqualTo(new[] { "ramp", "few-values" }));
        Assert.That(new CsvFile(Path.Combine(Outputs, "configurations.csv")).Numbers("slots"), Is.EqualTo(new[] { 1024, 16 }));
    }

    [TestCase("'parameters' names 'N16'; the sets with bootstrapping are N16QP1746-bootstrapping", "parameters=[N16]")]
    [TestCase("'parameters' names 'N13QP213'; the sets with bootstrapping are", "parameters=N13QP213")]
    [TestCase("'parameters' is empty; name at least one of N16QP1746-bootstrapping", "parameters=[]")]
    [TestCase("'slots' is 24; a period is a power of two", Toy, "slots=[16,24]")]
    [TestCase("'slots' is 1; a period is a power of two", Toy, "slots=1")]
    [TestCase("'slots' is empty", Toy, "slots=[]")]
    [TestCase("'slots' has no period for insecure-N11-bootstrapping, which has 1024 slots", Toy, "slots=[4096,2048]")]
    [TestCase("'slots[0]' is -2; it must be 0 to 65536", Toy, "slots=-2")]
    [TestCase("'messages' is empty; name at least one of uniform | constant", Toy, "messages=[]")]
    [TestCase("'messages[1]' is ", Toy, "messages=[ramp,steep]")]
    [TestCase("'repetitions' is 0; it must be 1 to 1000", Toy, "repetitions=0")]
    [TestCase("'batch' is -1; it must be 0 to 1024", Toy, "batch=-1")]
    [TestCase("'range' is 0; it must be", Toy, "range=0")]
    [TestCase("'iterations' is 3; it must be 1 to 2", Toy, "iterations=3")]
    public async Task Bad_settings_are_one_line_and_exit_code_2(string expected, params string[] overrides)
    {
        Assert.That(await Shell.RunAsync(["bench", "bootstrap", .. overrides]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1));
        Assert.That(Shell.Error, Does.StartWith("error: ").And.Contain(expected));
        Assert.That(Directory.Exists(Outputs), Is.False);
    }

    [Test]
    public async Task An_interruption_keeps_what_has_been_measured_and_nothing_else()
    {
        var run = Task.Run(() => Shell.RunAsync(
            "bench", "bootstrap", Toy, "slots=[2,0]", "messages=uniform", "repetitions=40", "threads=1"));
        var plot = Path.Combine(Outputs, "errors-insecure-N11-bootstrapping-2-coefficients.png");
        while (!File.Exists(plot) && !run.IsCompleted)
            await Task.Delay(20);
        Shell.Interrupts.OnSignal(ExitCode.Interrupted);
        Assert.That(await run, Is.EqualTo(ExitCode.Interrupted), Shell.Error);
        Assert.That(
            Shell.Error, Does.EndWith("interrupted: kept the report of 1 of 2 configurations in outputs/bench-bootstrap\n"));
        Assert.That(
            Directory.GetFiles(Path.Combine(Outputs, "measurements")).Select(Path.GetFileName),
            Is.EqualTo(new[] { "insecure-N11-bootstrapping-2.json" }));
        string[] headings = [.. File.ReadLines(Path.Combine(Outputs, "bootstrap.md")).Where(line => line.StartsWith("## insecure"))];
        Assert.That(headings, Is.EqualTo(new[] { "## insecure-N11-bootstrapping, 2 of 1,024 slots" }));
    }

    [Test]
    public async Task An_interruption_before_the_first_measurement_leaves_the_configuration_alone()
    {
        var run = Task.Run(() => Shell.RunAsync("bench", "bootstrap", Toy, "repetitions=1000", "threads=1"));
        var started = Path.Combine(Outputs, "config.yaml");
        while (!File.Exists(started) && !run.IsCompleted)
            await Task.Delay(20);
        Shell.Interrupts.OnSignal(ExitCode.Interrupted);
        Assert.That(await run, Is.EqualTo(ExitCode.Interrupted), Shell.Error);
        Assert.That(Shell.Error, Does.EndWith("interrupted: kept outputs/bench-bootstrap/config.yaml\n"));
        Assert.That(Directory.GetFiles(Outputs, "*", SearchOption.AllDirectories), Is.EqualTo(new[] { started }));
    }

    [Test]
    public async Task Help_names_every_key_and_hides_the_child()
    {
        Assert.That(await Shell.RunAsync("bench", "bootstrap", "--help"), Is.EqualTo(ExitCode.Success));
        foreach (var key in new[] { "parameters", "slots", "messages", "repetitions", "threads", "single-spike", "0 for all slots" })
            Assert.That(Shell.Output, Does.Contain(key));
        await Shell.RunAsync("bench", "--help");
        Assert.That(Shell.Output, Does.Contain("bootstrap").And.Not.Contain("bootstrap-one"));
    }

    [Test]
    public void The_child_is_asked_for_what_the_configuration_says()
    {
        var configuration = new BootstrapConfiguration(
            "insecure-N11-bootstrapping", 256, [BootstrapMessageKind.BlockConstant, BootstrapMessageKind.Ramp], Repetitions: 7, Threads: 3);
        var overrides = BenchBootstrapOneSettings.Overrides(configuration, "/a folder/it's, [one].json");
        var shipped = new ConfigurationFolder(Repository.PathOf("configs"));
        var tree = ConfigurationComposer.Compose(shipped, "cfg_bench-bootstrap-one", overrides).Tree;
        var settings = SettingsBinder.Bind<BenchBootstrapOneSettings>(tree);
        Assert.That(settings.Result, Is.EqualTo("/a folder/it's, [one].json"));
        var bound = settings.Configuration();
        Assert.That(bound with { Messages = [] }, Is.EqualTo(configuration with { Messages = [] }));
        Assert.That(bound.Messages, Is.EqualTo(configuration.Messages));
    }

    private string Outputs => Shell.Folder.Combine("outputs/bench-bootstrap");
}

using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;

namespace Crammed.Cli.Tests.Hosting;

internal sealed class CrammedProgramTests
{
    private ProgramHarness _program = null!;

    [SetUp]
    public void Start() => _program = new ProgramHarness();

    [TearDown]
    public void End() => _program.Dispose();

    [TestCase(0)]
    [TestCase(7)]
    public async Task A_commands_exit_code_is_the_programs(int code)
    {
        var units = 0;
        _program.Work = (context, _) =>
        {
            units = context.Settings.Size.Units;
            return Task.FromResult(code);
        };
        Assert.That(await _program.RunAsync("work", "size=large", "size.units=31"), Is.EqualTo(code));
        Assert.That(units, Is.EqualTo(31));
        Assert.That(_program.Error, Is.Empty);
    }

    [Test]
    public async Task A_command_of_a_group_runs_with_its_overrides()
    {
        var units = 0;
        _program.Work = (context, _) => Task.FromResult(units = context.Settings.Size.Units);
        Assert.That(await _program.RunAsync("many", "small", "size.units=5"), Is.EqualTo(5));
        Assert.That(units, Is.EqualTo(5));
    }

    [TestCase("error: no command was given; see crammed --help")]
    [TestCase("error: there is no command 'wrk'; did you mean 'work'?", "wrk")]
    [TestCase("error: there is no command 'pretrain'; see crammed --help", "pretrain")]
    [TestCase("error: many: no command was given; see crammed many --help", "many")]
    [TestCase("error: there is no command 'smal'; did you mean 'small'?", "many", "smal")]
    [TestCase("error: there is no option '--verbos'; did you mean '--verbose'?", "work", "--verbos")]
    [TestCase("error: there is no option '--quiet'; see crammed work --help", "work", "--quiet")]
    [TestCase("error: override 'size.unit=3': nothing reads the key 'size.unit'; did you mean 'size.units'?", "work", "size.unit=3")]
    [TestCase("error: override '@file': expected group=choice or a.b.c=value", "work", "@file")]
    [TestCase("error: DIR/none: the folder of configuration files is missing; name it with --config-dir", "work", "--config-dir", "none")]
    public async Task A_wrong_command_line_is_one_line_and_exit_code_2(string expected, params string[] arguments)
    {
        Assert.That(await _program.RunAsync(arguments), Is.EqualTo(2));
        Assert.That(_program.Error, Is.EqualTo(expected.Replace("DIR/", _program.Directory + "/") + Environment.NewLine));
        Assert.That(_program.Output, Is.Empty);
    }

    private static IEnumerable<TestCaseData> Failures()
    {
        yield return new TestCaseData(new ConfigurationException("a.yaml:3: no"), 2, "error: a.yaml:3: no");
        yield return new TestCaseData(new InvalidDataException("x.bin: bad magic"), 2, "error: x.bin: bad magic");
        yield return new TestCaseData(new FileNotFoundException("x.bin: not there"), 2, "error: x.bin: not there");
        yield return new TestCaseData(new DirectoryNotFoundException("glue: not there"), 2, "error: glue: not there");
        yield return new TestCaseData(new InsufficientMemoryException("keys: no room"), 2, "error: keys: no room");
        yield return new TestCaseData(
            new ArgumentException("hidden is 3\nit must be even", "hidden"), 2, "error: hidden is 3 it must be even");
        yield return new TestCaseData(
            new ArgumentNullException("weights"), 1, "error: Value cannot be null. (ArgumentNullException; details: --verbose)");
        yield return new TestCaseData(
            new IOException("No space left on device : 'x'", 28), 2,
            "error: No space left on device : 'x'; free some space there, then repeat the command");
        yield return new TestCaseData(
            new UnauthorizedAccessException("Access to the path 'outputs' is denied."), 2,
            "error: Access to the path 'outputs' is denied; allow it, or work in a folder where you may write");
        yield return new TestCaseData(
            new IOException("Read-only file system : 'outputs'", 30), 2,
            "error: Read-only file system : 'outputs'; allow it, or work in a folder where you may write");
        yield return new TestCaseData(new IOException("disk full"), 1, "error: disk full (IOException; details: --verbose)");
        yield return new TestCaseData(
            new InvalidOperationException(""), 1, "error: InvalidOperationException (InvalidOperationException; details: --verbose)");
        yield return new TestCaseData(new DllNotFoundException("no libtorch"), 1, "error: no libtorch (what is missing: crammed doctor)");
        yield return new TestCaseData(new AggregateException(new InvalidDataException("y: short")), 2, "error: y: short");
        yield return new TestCaseData(
            new TypeInitializationException("T", new DllNotFoundException("no x")), 1, "error: no x (what is missing: crammed doctor)");
        yield return new TestCaseData(
            new OperationCanceledException("timed out"), 1, "error: timed out (OperationCanceledException; details: --verbose)");
    }

    [TestCaseSource(nameof(Failures))]
    public async Task A_failure_is_one_line_and_its_exit_code(Exception exception, int code, string expected)
    {
        _program.Work = (_, _) => throw exception;
        Assert.That(await _program.RunAsync("work"), Is.EqualTo(code));
        Assert.That(_program.Error, Is.EqualTo(expected + Environment.NewLine));
    }

    [Test]
    public async Task Verbose_adds_the_stack()
    {
        _program.Work = (_, _) => throw new InvalidDataException("x.bin: bad magic");
        Assert.That(await _program.RunAsync("work", "--verbose"), Is.EqualTo(2));
        Assert.That(_program.Error, Does.StartWith("error: x.bin: bad magic").And.Contain(nameof(Verbose_adds_the_stack)));
    }

    [Test]
    public async Task An_interrupted_command_says_what_it_kept_and_exits_with_130()
    {
        _program.Work = (context, token) =>
        {
            context.Keep("the checkpoint of step 12 in outputs/first");
            Assert.That(_program.Interrupts.OnSignal(ExitCode.Interrupted), Is.True, "the first signal is taken");
            Assert.That(_program.Interrupts.OnSignal(ExitCode.Interrupted), Is.False, "the second is left to the operating system");
            token.ThrowIfCancellationRequested();
            return Task.FromResult(0);
        };
        Assert.That(await _program.RunAsync("work"), Is.EqualTo(130));
        Assert.That(_program.Error, Does.EndWith($"interrupted: kept the checkpoint of step 12 in outputs/first{Environment.NewLine}"));
    }

    [Test]
    public async Task An_interrupted_command_that_wrote_nothing_says_so()
    {
        _program.Work = (_, token) =>
        {
            _program.Interrupts.OnSignal(ExitCode.Terminated);
            token.ThrowIfCancellationRequested();
            return Task.FromResult(0);
        };
        Assert.That(await _program.RunAsync("work"), Is.EqualTo(143));
        Assert.That(_program.Error, Does.EndWith($"interrupted: nothing was written{Environment.NewLine}"));
    }

    [Test]
    public async Task Cfg_prints_the_composed_configuration_and_stops()
    {
        _program.Work = (_, _) => throw new InvalidOperationException("it ran");
        Assert.That(await _program.RunAsync("work", "--cfg", "size=large", "name=x"), Is.EqualTo(0));
        Assert.That(_program.Output, Is.EqualTo("# size=large\nname: \"x\"\nsize:\n  units: 30\n"));
    }

    [Test]
    public async Task Help_lists_groups_choices_keys_and_examples()
    {
        Assert.That(await _program.RunAsync("work", "--help"), Is.EqualTo(0));
        Assert.That(_program.Output, Does.Contain("Do some work.").And.Contain("large | small*").And.Contain("--overwrite")
            .And.Contain("size.units  units of work (a whole number, 1 to 100)").And.Contain("crammed work size=large"));
        Assert.That(await _program.RunAsync("--help"), Is.EqualTo(0));
        Assert.That(_program.Output, Does.Contain("work").And.Contain("Do some work."));
    }

    [Test]
    public async Task A_run_writes_its_configuration_and_does_not_touch_an_earlier_run()
    {
        var whenTaken = NameTaken.Refuse;
        _program.Work = (context, _) =>
        {
            var folder = context.CreateOutputFolder(context.Settings.Name, whenTaken);
            folder.WriteText("result.txt", $"{context.Settings.Size.Units}");
            return Task.FromResult(0);
        };
        Assert.That(await _program.RunAsync("work"), Is.EqualTo(0));
        Assert.That(Read("outputs/first/config.yaml"), Is.EqualTo("# size=small\nname: \"first\"\nsize:\n  units: 3\n"));

        Assert.That(await _program.RunAsync("work", "size=large"), Is.EqualTo(2));
        Assert.That(_program.Error,
            Is.EqualTo("error: outputs/first already holds a run; choose another name= or give --overwrite to replace it\n"));
        Assert.That(Read("outputs/first/result.txt"), Is.EqualTo("3"));

        whenTaken = NameTaken.Number;
        Assert.That(await _program.RunAsync("work", "size=large"), Is.EqualTo(0));
        Assert.That(await _program.RunAsync("work", "size.units=4"), Is.EqualTo(0));
        Assert.That(Read("outputs/first-2/result.txt"), Is.EqualTo("30"));
        Assert.That(Read("outputs/first-3/result.txt"), Is.EqualTo("4"));

        File.WriteAllText(Path.Combine(_program.Directory, "outputs/first/old.txt"), "");
        Assert.That(await _program.RunAsync("work", "size=large", "--overwrite"), Is.EqualTo(0));
        Assert.That(Read("outputs/first/result.txt"), Is.EqualTo("30"));
        Assert.That(File.Exists(Path.Combine(_program.Directory, "outputs/first/old.txt")), Is.False);
        Assert.That(
            Directory.GetFiles(Path.Combine(_program.Directory, "outputs/first")), Has.Length.EqualTo(2), "no temporary file stays");
    }

    [Test]
    public async Task A_folder_is_one_run_s_until_it_ends([Values] bool replaces)
    {
        var (inner, error) = (-1, "");
        _program.Work = async (context, _) =>
        {
            context.CreateOutputFolder(context.Settings.Name, NameTaken.Continue);
            if (inner < 0)
            {
                inner = 0;
                inner = await _program.RunAsync(["work", "size=large", .. replaces ? ["--overwrite"] : Array.Empty<string>()]);
                error = _program.Error;
            }
            return 0;
        };
        Assert.That(await _program.RunAsync("work"), Is.EqualTo(0));
        Assert.That(inner, Is.EqualTo(2));
        Assert.That(error, Does.Contain("outputs/first: another run writes to this folder"));
        Assert.That(await _program.RunAsync("work"), Is.EqualTo(0));
    }

    [Test]
    public async Task Overwriting_spares_a_folder_that_is_no_run()
    {
        Directory.CreateDirectory(Path.Combine(_program.Directory, "outputs/photos"));
        File.WriteAllText(Path.Combine(_program.Directory, "outputs/photos/cat.png"), "");
        _program.Work = (context, _) =>
        {
            context.CreateOutputFolder(context.Settings.Name, NameTaken.Refuse);
            return Task.FromResult(0);
        };
        Assert.That(await _program.RunAsync("work", "name=photos", "--overwrite"), Is.EqualTo(2));
        Assert.That(_program.Error, Does.Contain("outputs/photos holds something that is not a run"));
        Assert.That(File.Exists(Path.Combine(_program.Directory, "outputs/photos/cat.png")));
    }

    [TestCase("..")]
    [TestCase("a/b")]
    [TestCase("/tmp/x")]
    [TestCase(".hidden")]
    [TestCase("a b")]
    public async Task A_name_that_leaves_the_outputs_folder_is_refused(string name)
    {
        _program.Work = (context, _) =>
        {
            context.CreateOutputFolder(context.Settings.Name, NameTaken.Replace);
            return Task.FromResult(0);
        };
        Assert.That(await _program.RunAsync("work", $"name={name}", "--overwrite"), Is.EqualTo(2));
        Assert.That(_program.Error, Does.StartWith($"error: 'name' is '{name}'; use letters"));
        Assert.That(Directory.Exists(Path.Combine(_program.Directory, "outputs")), Is.False);
    }

    [Test]
    public async Task Paths_are_relative_to_the_current_directory()
    {
        var resolved = "";
        _program.Work = (context, _) =>
        {
            resolved = context.Resolve("data/../glue");
            return Task.FromResult(0);
        };
        await _program.RunAsync("work");
        Assert.That(resolved, Is.EqualTo(Path.Combine(_program.Directory, "glue")));
    }

    private string Read(string relative) => File.ReadAllText(Path.Combine(_program.Directory, relative));
}

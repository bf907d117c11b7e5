using System.Diagnostics;

namespace Crammed.Cli.Tests.Launchers;

internal sealed class TestScriptTests : LauncherTestBase
{
    private const string Passed = "Passed!  - Failed:     0, Passed:    12, Skipped:     0, Total:    12, Duration: 1 s - A.dll (net10.0)";
    private const string Failed = "Failed!  - Failed:     2, Passed:     5, Skipped:     1, Total:     8, Duration: 1 s - B.dll (net10.0)";
    private const string Empty = "No test is available in C.dll. Make sure that test discoverer & executors are registered";

    // A crash after some results: the counts of a project that did not finish are not to be trusted as all.
    private const string Crashed = "The active test run was aborted. Reason: Test host process crashed\n"
        + "Passed!  - Failed:     0, Passed:     3, Skipped:     0, Total:     3, Duration: 1 s - D.dll (net10.0)";

    [Test]
    public async Task Counts_are_summed_over_projects_and_levels()
    {
        Projects(("A", Passed, 0), ("C", Empty, 0));
        var result = await RunAsync("scripts/test");
        Assert.That((result.ExitCode, result.LastLine), Is.EqualTo((0, "12 passed, 0 failed")), result.Output);
        Assert.That(Log, Does.Contain("dotnet build Crammed.sln").And.Contain("dotnet test tests/A/bin/Release/net10.0/A.dll\n"));
    }

    [Test]
    public async Task A_failed_test_fails_the_run_and_skipped_ones_are_counted()
    {
        Projects(("A", Passed, 0), ("B", Failed, 1));
        var result = await RunAsync("scripts/test");
        Assert.That((result.ExitCode, result.LastLine), Is.EqualTo((1, "17 passed, 2 failed, 1 skipped")), result.Output);
    }

    [Test]
    public async Task A_crashed_project_counts_as_a_failure()
    {
        Projects(("A", Passed, 0), ("D", Crashed, 1));
        var result = await RunAsync("scripts/test");
        Assert.That((result.ExitCode, result.LastLine), Is.EqualTo((1, "15 passed, 1 failed")), result.Output);
        Assert.That(result.Output, Does.Contain("error: D did not finish; it counts as one failure"));
    }

    [Test]
    public async Task A_project_that_ends_badly_without_a_word_counts_as_a_failure()
    {
        Projects(("A", Passed, 0), ("E", "Segmentation fault", 139));
        Assert.That((await RunAsync("scripts/test")).LastLine, Is.EqualTo("12 passed, 1 failed"));
    }

    [Test]
    public async Task A_project_that_was_not_built_counts_as_a_failure()
    {
        Projects(("A", Passed, 0));
        Folder.Write("repository/tests/F/F.csproj", "");
        var result = await RunAsync("scripts/test");
        Assert.That((result.ExitCode, result.LastLine), Is.EqualTo((1, "12 passed, 1 failed")), result.Output);
    }

    [Test]
    public async Task A_run_without_tests_fails()
    {
        Projects(("C", Empty, 0));
        var result = await RunAsync("scripts/test");
        Assert.That((result.ExitCode, result.LastLine), Is.EqualTo((1, "0 passed, 0 failed")), result.Output);
    }

    [Test]
    public async Task A_failed_build_runs_no_test()
    {
        Projects(("A", Passed, 0));
        Dotnet("exit 1");
        var result = await RunAsync("scripts/test");
        Assert.That((result.ExitCode, result.LastLine), Is.EqualTo((1, "error: the build failed; no test was run")));
        Assert.That(Log, Does.Not.Contain("dotnet test"));
    }

    [Test]
    public async Task Words_become_a_filter()
    {
        Projects(("A", Passed, 0));
        Assert.That((await RunAsync("scripts/test", "Plotting", "Ckks.Ring")).ExitCode, Is.Zero);
        Assert.That(Log, Does.Contain("--filter FullyQualifiedName~Plotting|FullyQualifiedName~Ckks.Ring\n"));
    }

    [Test]
    public async Task Every_level_of_the_processor_is_run()
    {
        Projects(("A", Passed, 0));
        var result = await RunAsync("scripts/test", "--simd", "all");
        var has512 = System.Runtime.Intrinsics.X86.Avx512F.IsSupported;
        var has256 = System.Runtime.Intrinsics.X86.Avx2.IsSupported && System.Runtime.Intrinsics.X86.Fma.IsSupported;
        var levels = 1 + (has512 ? 1 : 0) + (has256 ? 1 : 0);
        Assert.That((result.ExitCode, result.LastLine), Is.EqualTo((0, $"{12 * levels} passed, 0 failed")), result.Output);
        Assert.That(Log, Does.Contain("SIMD=scalar"));
        Assert.That(result.Output.Contains("CRAMMED_SIMD=512: not run", StringComparison.Ordinal), Is.EqualTo(!has512));
    }

    [TestCase("--simd", "128")]
    [TestCase("--simd")]
    [TestCase("--fast")]
    [TestCase("a;b")]
    public async Task A_wrong_argument_is_named(params string[] arguments)
    {
        Projects(("A", Passed, 0));
        var result = await RunAsync("scripts/test", arguments);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.StartWith("error: ").And.Contain(arguments[^1]));
        Assert.That(Log, Is.Empty);
    }

    [TestCase("scripts/setup")]
    [TestCase("scripts/crammed")]
    [TestCase("scripts/test")]
    [TestCase(".ci/run")]
    public async Task Scripts_parse_and_can_be_run(string script)
    {
        var path = Repository.PathOf(script);
        Assert.That(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute));
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-n", path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Assert.That(await FinishAsync(bash), Is.EqualTo(new LauncherResult(0, "", "")));
    }

    /// <summary>Test projects, built; running one prints its text and ends with its code.</summary>
    private void Projects(params (string Name, string Text, int ExitCode)[] projects)
    {
        foreach (var (name, text, exitCode) in projects)
        {
            Folder.Write($"repository/tests/{name}/{name}.csproj", "");
            Folder.Write($"repository/tests/{name}/bin/Release/net10.0/{name}.dll", $"{text}\n");
            Folder.Write($"repository/tests/{name}/bin/Release/net10.0/{name}.code", $"{exitCode}");
        }
        Dotnet("echo \"SIMD=${CRAMMED_SIMD:-}\" >>\"$LOG\"; [ \"$1\" = test ] || exit 0; cat \"$2\"; exit \"$(cat \"${2%.dll}.code\")\"");
    }
}

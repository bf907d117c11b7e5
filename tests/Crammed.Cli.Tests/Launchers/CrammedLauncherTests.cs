using System.Diagnostics;

namespace Crammed.Cli.Tests.Launchers;

internal sealed class CrammedLauncherTests : LauncherTestBase
{
    // Building makes the program; running it prints its arguments and ends with 7.
    private const string BuildAndRun = """
        program="$(dirname "$0")/../repository/scripts/Crammed.Cli/bin/Release/net10.0/crammed.dll"
        if [ "$1" = build ]; then mkdir -p "$(dirname "$program")"; touch "$program"; echo compiled; exit 0; fi
        shift; printf '<%s>' "$@"; exit 7
        """;

    [SetUp]
    public void CreateSources()
    {
        Folder.Write("repository/Directory.Build.props", "");
        Folder.Write("repository/plaintext_bert/A/A.cs", "");
        Folder.Write("repository/ciphertext/B/B.cs", "");
        Folder.Write("repository/scripts/Crammed.Cli/Program.cs", "");
        Dotnet(BuildAndRun);
    }

    private int Builds => Log.Split('\n').Count(line => line.StartsWith("dotnet build", StringComparison.Ordinal));

    [Test]
    public async Task The_first_start_builds_the_second_does_not_and_arguments_and_exit_code_pass_through()
    {
        var result = await RunAsync("scripts/crammed", "demo", "name=a b", "");
        Assert.That(result.Output, Is.EqualTo("<demo><name=a b><>"), "a build says nothing on standard output");
        Assert.That(result.ExitCode, Is.EqualTo(7));
        Assert.That(Builds, Is.EqualTo(1));
        result = await RunAsync("scripts/crammed", "demo");
        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((7, "<demo>", "")));
        Assert.That(Builds, Is.EqualTo(1));
    }

    [Test]
    public async Task A_changed_a_new_and_a_removed_source_are_built_and_a_build_product_is_no_source()
    {
        await RunAsync("scripts/crammed");
        Folder.Write("repository/ciphertext/B/B.cs", "class B;");
        await RunAsync("scripts/crammed");
        Assert.That(Builds, Is.EqualTo(2), "changed");
        Folder.Write("repository/ciphertext/B/C.cs", "");
        await RunAsync("scripts/crammed");
        Assert.That(Builds, Is.EqualTo(3), "new");
        File.Delete(Folder.Combine("repository/ciphertext/B/C.cs"));
        await RunAsync("scripts/crammed");
        Assert.That(Builds, Is.EqualTo(4), "removed");
        Folder.Write("repository/ciphertext/B/obj/Generated.cs", "");
        Folder.Write("repository/configs/cfg_demo.yaml", "");
        await RunAsync("scripts/crammed");
        Assert.That(Builds, Is.EqualTo(4), "a build product and a configuration file");
    }

    [Test]
    public async Task A_failed_build_shows_why_and_is_tried_again()
    {
        Dotnet("if [ \"$1\" = build ]; then echo 'A.cs(3,1): error CS1002: ; expected'; exit 1; fi; exit 0");
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var result = await RunAsync("scripts/crammed", "demo");
            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(result.Error, Does.Contain("error CS1002").And.Contain("error: the build failed"));
            Assert.That(Builds, Is.EqualTo(attempt));
        }
    }

    [Test]
    public async Task A_link_to_the_launcher_works_from_anywhere()
    {
        File.CreateSymbolicLink(Folder.Combine("repository/link"), Folder.Combine("repository/scripts/crammed"));
        Assert.That((await RunAsync("link", "doctor")).Output, Is.EqualTo("<doctor>"));
    }

    [Test]
    public async Task A_signal_reaches_the_program_itself()
    {
        await RunAsync("scripts/crammed");
        // The program: says that it is there, and takes SIGINT its own way.
        Dotnet("trap 'echo saved; exit 130' INT; echo ready; while :; do sleep 0.05; done");
        using var process = Start("scripts/crammed", "demo");
        Assert.That(await process.StandardOutput.ReadLineAsync(), Is.EqualTo("ready"));
        using (var kill = Process.Start("sh", ["-c", $"kill -INT {process.Id}"]))
            await kill.WaitForExitAsync();
        var result = await FinishAsync(process);
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((130, "saved\n")));
    }
}

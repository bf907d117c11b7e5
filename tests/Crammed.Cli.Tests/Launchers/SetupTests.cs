namespace Crammed.Cli.Tests.Launchers;

internal sealed class SetupTests : LauncherTestBase
{
    [Test]
    public async Task Nothing_is_said_or_installed_when_nothing_is_missing()
    {
        Dotnet("exit 0");
        var result = await RunAsync("scripts/setup");
        Assert.That(result, Is.EqualTo(new LauncherResult(0, "", "")));
        Assert.That(Log, Is.Empty);
    }

    [TestCase("8.0.100 [/x]\n9.0.300 [/x]", "no version 10 or later")]
    [TestCase("", "no version 10 or later")]
    public async Task An_older_SDK_is_named(string sdks, string expected)
    {
        Program("dotnet", $"printf '%s' '{sdks}'");
        var result = await RunAsync("scripts/setup");
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error,
            Does.StartWith("error: the .NET 10 SDK is missing").And.Contain(expected).And.Contain("https://dotnet.microsoft.com"));
    }

    [Test]
    public async Task A_user_without_root_is_told_what_to_install()
    {
        Dotnet("exit 0");
        Program("id", "echo 1000");
        Program("dpkg-query", "printf 'not-installed:wordnet-base '; exit 1");
        var result = await RunAsync("scripts/setup");
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Is.EqualTo(
            "error: missing packages: wordnet-base; install them with: sudo apt-get install wordnet-base\n"));
        Assert.That(Log, Is.Empty);
    }

    [Test]
    public async Task Root_installs_only_what_is_missing_and_renews_stale_package_lists()
    {
        Dotnet("exit 0");
        Program("id", "echo 0");
        Program("dpkg-query", "exit 1");
        // Fails until the package lists are renewed.
        Program("apt-get", "echo \"apt-get $*\" >>\"$LOG\"; [ \"$1\" = update ] && touch \"$LOG.updated\"; [ -e \"$LOG.updated\" ]");
        var result = await RunAsync("scripts/setup");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(Log, Is.EqualTo(
            "apt-get install -y --no-install-recommends wordnet-base\n"
            + "apt-get update\n"
            + "apt-get install -y --no-install-recommends wordnet-base\n"));
    }

    [Test]
    public async Task A_failing_apt_get_is_named()
    {
        Dotnet("exit 0");
        Program("id", "echo 0");
        Program("dpkg-query", "exit 1");
        var result = await RunAsync("scripts/setup");
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.EndWith(
            "error: apt-get could not install: wordnet-base; install them by hand, then run this again\n"));
    }
}

using System.Text.RegularExpressions;
using Crammed.Cli.Commands;
using Crammed.Cli.Hosting;
using Crammed.Cli.Tests.Stages;

namespace Crammed.Cli.Tests.Commands;

/// <summary>Command lines that people are shown: those of README and of the help texts' examples.</summary>
internal sealed partial class DocumentedCommandsTests
{
    private static IEnumerable<string> Lines() =>
    [
        .. File.ReadLines(Repository.PathOf("README.md")).Select(line => Shown().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups[1].Value.Trim()),
        .. CommandTable.All.SelectMany(command => command.Examples).Select(example => example.Arguments),
    ];

    [TestCaseSource(nameof(Lines))]
    public async Task A_command_line_that_is_shown_composes(string line)
    {
        using var program = new StageProgram();
        var exitCode = await program.RunAsync([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--cfg"]);
        Assert.That(exitCode, Is.EqualTo(ExitCode.Success), program.Error);
    }

    [Test]
    public void README_shows_the_whole_path() => Assert.That(
        Lines().Select(line => line.Split(' ')[0]),
        Is.SupersetOf(new[] { "pretrain", "export-glue", "draw", "keygen", "convert", "finetune", "evaluate", "demo" }));

    /// <summary>An indented command line without placeholders in capitals or options; a comment may follow.</summary>
    [GeneratedRegex(@"^    scripts/crammed ((?:(?!--)[^#A-Z])+)(?:#.*)?$")]
    private static partial Regex Shown();
}

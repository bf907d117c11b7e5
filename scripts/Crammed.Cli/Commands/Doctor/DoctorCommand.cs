using Crammed.Cli.Hosting;
using Spectre.Console;

namespace Crammed.Cli.Commands.Doctor;

/// <summary><c>crammed doctor</c>: a table of what the machine has; exit code 1 where something is missing.</summary>
internal sealed class DoctorCommand(IHostProbe probe) : ICommandHandler<DoctorSettings>
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<DoctorSettings> context, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        foreach (var check in new HostChecks(probe).All(context.Resolve(context.Settings.Data.Wordnet)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            checks.Add(check);
        }
        context.Console.Write(TableOf(checks));
        var missing = checks.Count(check => check.State == CheckState.Missing);
        await context.Output.WriteLineAsync(missing == 0 ? "everything crammed needs is here" : $"missing: {missing}");
        return missing == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static Table TableOf(IReadOnlyList<Check> checks)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("", "checked", "found", "advice");
        foreach (var check in checks)
        {
            var state = check.State switch
            {
                CheckState.Good => "[green]ok[/]",
                CheckState.Note => "[yellow]note[/]",
                _ => "[red]missing[/]",
            };
            table.AddRow(state, Markup.Escape(check.Name), Markup.Escape(check.Found), Markup.Escape(check.Advice));
        }
        return table;
    }
}

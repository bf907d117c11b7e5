using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Hosting;

/// <summary>The library's help, followed by a command's groups and choices, its keys and examples.</summary>
internal sealed class CommandHelpAction(
    HelpAction inner, Func<Command, CommandDefinition?> definitionOf, Func<ParseResult, ConfigurationFolder> folderOf)
    : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var result = inner.Invoke(parseResult);
        if (definitionOf(parseResult.CommandResult.Command) is { } definition)
        {
            var output = parseResult.InvocationConfiguration.Output;
            WriteGroups(output, folderOf(parseResult), definition);
            WriteKeys(output, definition);
            WriteExamples(output, definition);
        }
        return result;
    }

    private static void WriteGroups(TextWriter output, ConfigurationFolder folder, CommandDefinition definition)
    {
        var chosen = ConfigurationComposer.Compose(folder, definition.ConfigurationRoot, []).Choices;
        if (chosen.Count == 0)
            return;
        output.WriteLine("Groups and their choices (* is the default):");
        foreach (var (group, choice) in chosen)
        {
            var choices = folder.Choices(group).Select(name => name == choice ? name + "*" : name);
            output.WriteLine($"  {group + "=",-12} {string.Join(" | ", choices)}");
        }
        output.WriteLine();
    }

    private static void WriteKeys(TextWriter output, CommandDefinition definition)
    {
        var keys = SettingsSchema.Of(definition.SettingsType).Walk().Where(entry => !entry.Member.IsGroup).ToList();
        var width = keys.Max(entry => entry.Path.Length);
        output.WriteLine("Keys:");
        foreach (var (path, member) in keys)
            output.WriteLine($"  {path.PadRight(width)}  {member.Description} ({member.TypeText})");
        output.WriteLine();
    }

    private static void WriteExamples(TextWriter output, CommandDefinition definition)
    {
        output.WriteLine("Examples:");
        foreach (var (arguments, meaning) in definition.Examples)
            output.WriteLine($"  crammed {arguments}\n      {meaning}");
    }
}

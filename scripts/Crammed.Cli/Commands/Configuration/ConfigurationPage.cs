using System.Globalization;
using System.Text;
using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;

namespace Crammed.Cli.Commands.Configuration;

/// <summary>Every command with its own keys, and every group of keys with its choices, from the configuration files and the settings' types.</summary>
/// <param name="folder">The configuration files.</param>
/// <param name="commands">The program's commands; hidden ones are left out.</param>
internal sealed class ConfigurationPage(ConfigurationFolder folder, IReadOnlyList<CommandDefinition> commands)
{
    private readonly List<CommandDefinition> _commands = [.. commands.Where(command => !command.IsHidden)];

    /// <summary>The page.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("# Configuration\n\n");
        text.Append("Made by `crammed configuration file=docs/configuration.md` from the files in `configs/` and the types that they are read ");
        text.Append("into. `crammed COMMAND GROUP=CHOICE KEY=VALUE ...` overrides them; `crammed COMMAND --cfg` shows what comes out. ");
        text.Append("A key that nothing reads, a wrong type and a value out of its range are errors.\n\n## Commands\n");
        foreach (var command in _commands)
            AppendCommand(text, command);
        text.Append("\n## Groups\n");
        foreach (var keys in _commands.SelectMany(KeysOf).Where(key => key.Path.Contains('.')).GroupBy(key => key.Path.Split('.')[0]))
            AppendGroup(text, keys.Key, keys.GroupBy(key => key.Path));
        return text.ToString();
    }

    private void AppendCommand(StringBuilder text, CommandDefinition command)
    {
        var composed = ConfigurationComposer.Compose(folder, command.ConfigurationRoot, []);
        text.Append(CultureInfo.InvariantCulture, $"\n### {command.Name}\n\n{command.Summary}\n");
        if (composed.Choices.Count > 0)
        {
            var groups = composed.Choices.Select(choice => $"`{choice.Key}={choice.Value}`");
            text.Append(CultureInfo.InvariantCulture, $"\nGroups and their defaults: {string.Join(", ", groups)}.\n");
        }
        var keys = KeysOf(command).Where(key => !key.Path.Contains('.')).ToList();
        if (keys.Count == 0)
            return;
        var table = new MarkdownTable("key", "default", "meaning", "value");
        foreach (var key in keys)
            table.AddRow($"`{key.Path}`", $"`{ValueText(composed.Tree, key.Path)}`", key.Member.Description, key.Member.TypeText);
        text.Append(CultureInfo.InvariantCulture, $"\n{table}");
    }

    private void AppendGroup(StringBuilder text, string name, IEnumerable<IGrouping<string, Key>> keys)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### {name}\n");
        foreach (var group in GroupsBelow(name))
        {
            text.Append(CultureInfo.InvariantCulture, $"\nChoices of `{group}=`:\n\n");
            foreach (var choice in folder.Choices(group))
                text.Append(CultureInfo.InvariantCulture, $"- `{choice}`: {folder.Remarks(group, choice)}\n");
        }
        var table = new MarkdownTable("key", "meaning", "value", "read by");
        foreach (var same in keys)
        {
            var member = same.First().Member;
            table.AddRow($"`{same.Key}`", member.Description, member.TypeText, string.Join(", ", same.Select(key => key.Command.Name).Distinct()));
        }
        text.Append(CultureInfo.InvariantCulture, $"\n{table}");
    }

    /// <summary>The group, where files choose it, and the groups inside it.</summary>
    private IEnumerable<string> GroupsBelow(string name)
    {
        var chosen = _commands.SelectMany(command => ConfigurationComposer.Compose(folder, command.ConfigurationRoot, []).Choices.Keys);
        return chosen.Where(group => group == name || group.StartsWith(name + "/", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);
    }

    private static IEnumerable<Key> KeysOf(CommandDefinition command) => SettingsSchema.Of(command.SettingsType).Walk()
        .Where(entry => !entry.Member.IsGroup)
        .Select(entry => new Key(command, entry.Path, entry.Member));

    private static string ValueText(MappingNode tree, string key) => !tree.TryGet(key, out var value) ? "" : value switch
    {
        ScalarNode { IsNull: true } => "null",
        ScalarNode scalar => scalar.Text,
        SequenceNode sequence => $"[{string.Join(", ", sequence.Items.OfType<ScalarNode>().Select(item => item.Text))}]",
        _ => "",
    };

    private sealed record Key(CommandDefinition Command, string Path, SettingsMember Member);
}

using System.CommandLine;
using System.CommandLine.Help;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Hosting;

/// <summary>The grammar: <c>crammed COMMAND [group=choice ...] [a.b.c=value ...] [options]</c>.</summary>
internal sealed class CommandLine
{
    private const string VerboseName = "--verbose";

    private readonly ProgramEnvironment _environment;
    private readonly KeptFiles _kept;
    private readonly RootCommand _root = new("Fine-tune a small BERT on data that nobody but its owner may read.");
    private readonly Dictionary<Command, CommandDefinition> _definitions = [];

    private readonly Argument<string[]> _overrides = new("overrides")
    {
        Description = "group=choice and a.b.c=value, as in Hydra",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _verbose = new(VerboseName)
    {
        Description = "show the stack of a failure, and more details",
        Recursive = true,
    };

    private readonly Option<string?> _configurationFolder = new("--config-dir")
    {
        Description = "folder of configuration files (default: configs/ above the program)",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<bool> _printsConfiguration = new("--cfg") { Description = "print the composed configuration and stop" };

    private readonly Option<bool> _overwrites = new("--overwrite") { Description = "replace an earlier run of the same name" };

    private readonly Option<bool> _multirun = new("--multirun")
    {
        Description = "a run for each combination of the values in a=x,y b=1,2 or range(0,3), to outputs/NAME/0, 1, ..., and one table",
    };

    private readonly Option<int> _jobs = new("--jobs")
    {
        Description = "with --multirun: runs at the same time",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public CommandLine(ProgramEnvironment environment, IReadOnlyList<CommandDefinition> commands, KeptFiles kept)
    {
        _environment = environment;
        _kept = kept;
        _root.Add(_verbose);
        _root.Add(_configurationFolder);
        foreach (var definition in commands)
        {
            var words = definition.Name.Split(' ');
            var command = new Command(words[^1], definition.Summary) { _overrides, _printsConfiguration };
            command.Hidden = definition.IsHidden;
            if (definition.WritesOutput)
                command.Add(_overwrites);
            if (definition.Multirun is not null)
            {
                command.Add(_multirun);
                command.Add(_jobs);
            }
            command.SetAction((parsed, cancellationToken) => parsed.GetResult(_multirun) is not null && parsed.GetValue(_multirun)
                ? definition.Multirun!(definition, RequestOf(parsed), cancellationToken)
                : definition.RunAsync(RequestOf(parsed), cancellationToken));
            _definitions.Add(command, definition);
            (words.Length == 1 ? _root : GroupOf(words[0], commands)).Add(command);
        }
        var help = _root.Options.OfType<HelpOption>().Single();
        help.Action = new CommandHelpAction((HelpAction)help.Action!, command => _definitions.GetValueOrDefault(command), FolderOf);
    }

    /// <summary>Whether the stack of a failure is wanted; known even where the rest of the line does not parse.</summary>
    public static bool IsVerbose(IReadOnlyList<string> arguments) => arguments.Contains(VerboseName);

    /// <summary>Parses and runs.</summary>
    /// <exception cref="ConfigurationException">The line does not parse.</exception>
    public Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        // '@' is an ordinary character of overrides, not a file of further arguments.
        var parsed = _root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            throw new ConfigurationException(Describe(parsed));
        var invocation = new InvocationConfiguration
        {
            Output = _environment.Output,
            Error = _environment.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return parsed.InvokeAsync(invocation, cancellationToken);
    }

    /// <summary>The command that holds those of its group; made when first asked for.</summary>
    private Command GroupOf(string word, IReadOnlyList<CommandDefinition> commands)
    {
        if (_root.Subcommands.FirstOrDefault(command => command.Name == word) is { } known)
            return known;
        var inside = commands.Where(definition => !definition.IsHidden && definition.Name.StartsWith(word + " ", StringComparison.Ordinal));
        var group = new Command(word, string.Join(' ', inside.Select(definition => definition.Summary)));
        _root.Add(group);
        return group;
    }

    /// <summary>What is wrong with a line that does not parse, and where its help is.</summary>
    private static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var isRoot = command is RootCommand;
        var help = isRoot ? "crammed --help" : $"crammed {command.Name} --help";
        if (command.Subcommands.Count == 0)
            return $"{parsed.Errors[0].Message} See {help}";
        if (parsed.UnmatchedTokens is not [var word, ..])
            return isRoot ? $"no command was given; see {help}" : $"{command.Name}: no command was given; see {help}";
        var known = command.Subcommands.Where(subcommand => !subcommand.Hidden).Select(subcommand => subcommand.Name)
            .Concat(command.Options.Select(option => option.Name));
        return $"there is no {(word.StartsWith('-') ? "option" : "command")} '{word}'; {Hint(word, known, help)}";
    }

    private static string Hint(string word, IEnumerable<string> known, string help) =>
        EditDistance.Nearest(word, known) is { } nearest ? $"did you mean '{nearest}'?" : $"see {help}";

    /// <summary>The overrides; a word that starts with a dash is an option that does not exist.</summary>
    private string[] OverridesOf(ParseResult parsed)
    {
        var overrides = parsed.GetValue(_overrides) ?? [];
        if (overrides.FirstOrDefault(word => word.StartsWith('-')) is { } option)
        {
            var command = parsed.CommandResult.Command;
            var known = command.Options.Concat(_root.Options).Select(candidate => candidate.Name);
            throw new ConfigurationException($"there is no option '{option}'; {Hint(option, known, $"crammed {command.Name} --help")}");
        }
        return overrides;
    }

    private RunRequest RequestOf(ParseResult parsed) => new(
        _environment,
        FolderOf(parsed),
        OverridesOf(parsed),
        parsed.GetResult(_overwrites) is not null && parsed.GetValue(_overwrites),
        parsed.GetValue(_printsConfiguration),
        parsed.GetValue(_verbose),
        _kept,
        JobsOf(parsed));

    private int JobsOf(ParseResult parsed)
    {
        var jobs = parsed.GetResult(_jobs) is null ? 1 : parsed.GetValue(_jobs);
        return jobs is >= 1 and <= 1024 ? jobs : throw new ConfigurationException($"--jobs is {jobs}; it must be 1 to 1024");
    }

    private ConfigurationFolder FolderOf(ParseResult parsed) => parsed.GetValue(_configurationFolder) is { } given
        ? new ConfigurationFolder(Path.GetFullPath(given, _environment.CurrentDirectory))
        : ConfigurationFolder.FindAbove(_environment.ProgramDirectory);
}

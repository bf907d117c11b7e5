using Crammed.Ckks;
using Crammed.Cli.Progress;
using Spectre.Console;

namespace Crammed.Cli.Hosting;

/// <summary>What the program sees of the world; tests give it their own.</summary>
internal sealed record ProgramEnvironment
{
    /// <summary>Results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Errors, notices and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Tables on <see cref="Output"/>.</summary>
    public required IAnsiConsole OutputConsole { get; init; }

    /// <summary>Live progress on <see cref="Error"/>; null where nobody watches and plain lines are written instead.</summary>
    public required IAnsiConsole? ProgressConsole { get; init; }

    /// <summary>What relative paths start from, and where <c>outputs/</c> is.</summary>
    public required string CurrentDirectory { get; init; }

    /// <summary>Where the search for the folder <c>configs</c> starts.</summary>
    public required string ProgramDirectory { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Who is asked for free memory and disk space before keys are made.</summary>
    public ISystemResources Resources { get; init; } = SystemResources.Process;

    /// <summary>The environment of a program that was started from a shell.</summary>
    public static ProgramEnvironment OfProcess() => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        OutputConsole = ConsoleOn(Console.Out, Console.IsOutputRedirected),
        ProgressConsole = InteractiveConsole(),
        CurrentDirectory = Environment.CurrentDirectory,
        ProgramDirectory = AppContext.BaseDirectory,
    };

    /// <summary>A console for tables; where nobody watches it does not wrap and has no colours.</summary>
    public static IAnsiConsole ConsoleOn(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (isRedirected)
            console.Profile.Width = 200;
        return console;
    }

    /// <summary>Shows the progress of work; dispose it when the work is done.</summary>
    public ProgressDisplay Display() => new(ProgressConsole, Error, Time);

    private static IAnsiConsole? InteractiveConsole()
    {
        if (Console.IsErrorRedirected)
            return null;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Profile.Capabilities is { Ansi: true, Interactive: true } ? console : null;
    }
}

namespace Crammed.Cli.Settings;

/// <summary>Where the examples of an evaluation come from.</summary>
public enum ExampleSource
{
    /// <summary>An exported task.</summary>
    Export,

    /// <summary>The text of a task.</summary>
    Text,
}

namespace Crammed.Cli.Configuration;

/// <summary>A composed tree, and which choice was taken from each group (in the order of composition).</summary>
internal sealed record ComposedConfiguration(MappingNode Tree, IReadOnlyDictionary<string, string> Choices);
